/** What became of one attempt to send a request. */
export type Outcome =
  | {
      readonly kind: 'delivered'
      readonly rejectedSpans: number
      readonly message: string
      /** The server said so. */
      readonly isHoldfast?: true
    }
  /** The same request may be taken later; `afterMs`: not before that, says the server. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Holdfast's mark, in each success: a header over HTTP, initial metadata over gRPC. */
export const versionHeader = 'holdfast-version'

/** No server may silence us for longer; a wrong clock makes an HTTP date any distance away. */
export const maxAskedWaitMs = 600_000

export function retryLater(reason: string, afterMs?: number): Outcome {
  if (afterMs === undefined) return { kind: 'retry', reason }
  return { kind: 'retry', reason, afterMs: Math.min(Math.max(afterMs, 0), maxAskedWaitMs) }
}

/** A server's words for a warning: one line, bounded. */
export function quoteServer(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`
}

/** The stable part of a local error: its code where it has one, never a text that could quote what was sent. */
export function nameError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  return error instanceof AggregateError && error.errors.length > 0 ? nameError(error.errors[0]) : error.name
}
