// What a span says of an error: `error.type`, a message, an `exception` event (general/recording-errors.md,
// exceptions/exceptions-spans.md). Reading an error of the agent's may throw; the caller contains that.

/** A stack or message beyond this is cut; a stack of 100 frames has some 10 000 characters. */
const maxChars = 16_384

export interface ErrorDescription {
  readonly type: string
  readonly message: string | undefined
  readonly stack: string | undefined
}

/** Describes anything that was thrown or told as an `error`. */
export function describeError(error: unknown): ErrorDescription {
  if (typeof error === 'string') return { type: '_OTHER', message: bound(error), stack: undefined }
  if (typeof error !== 'object' || error === null) {
    return { type: '_OTHER', message: bound(String(error)), stack: undefined }
  }
  const { name, message, stack, code } = error as Record<string, unknown>
  return {
    type: typeOf(error, name, code),
    message: typeof message === 'string' ? bound(message) : undefined,
    stack: typeof stack === 'string' ? bound(stack) : undefined,
  }
}

// Many libraries leave `name` at "Error" and tell their errors apart by class.
function typeOf(error: object, name: unknown, code: unknown): string {
  if (typeof name === 'string' && name !== '' && name !== 'Error') return bound(name)
  const className = error.constructor?.name
  if (error instanceof Error && className && className !== 'Error') return bound(className)
  if (typeof code === 'string' || typeof code === 'number') return bound(String(code))
  return error instanceof Error ? 'Error' : '_OTHER'
}

function bound(text: string): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars)
}
