// Reads the parts of a request that a schema cannot check alone. What cannot be read ends the request with a problem.
import { parseTraceId } from '../trace/ids.ts'
import { decodeCursor, type CursorPosition, type ListIdentity } from './cursor.ts'
import { maxInstantNano, minInstantNano, parseInstant } from './instant.ts'
import { ProblemError } from './problem.ts'

export function readTraceId(text: string): string {
  const traceId = parseTraceId(text)
  if (traceId !== undefined) return traceId
  throw new ProblemError('invalid_trace_id', 'a trace id is 32 hex digits, not all of them zero')
}

/** Before the schema is checked, so that what is no trace id is told by a code of its own. */
export async function refuseBadTraceId({ params }: { params: { id: string } }): Promise<void> {
  readTraceId(params.id)
}

export function readInstant(parameter: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant !== undefined) return instant
  const message = 'is not an RFC 3339 time with an offset, such as 2026-11-23T12:58:00.123456789Z'
  throw new ProblemError('invalid_parameter', `${parameter} ${message}`, { errors: [{ parameter, message }] })
}

/**
 * Refuses a range that nothing can lie in.
 * @param from with its parameter's name, as is `to`
 */
export function refuseReversed<T extends bigint | number>(
  [fromName, from]: readonly [string, T | undefined],
  [toName, to]: readonly [string, T | undefined],
): void {
  if (from === undefined || to === undefined || from <= to) return
  const message = `is beyond ${toName}`
  throw new ProblemError('invalid_parameter', `${fromName} ${message}: nothing lies between them`, {
    errors: [{ parameter: fromName, message }],
  })
}

/** A name to look for. The store keeps NUL as U+FFFD, so that is what it is looked for as. */
export function readName(text: string | undefined): string | undefined {
  return text?.replaceAll('\0', '\uFFFD')
}

/**
 * @param toPosition turns the parts of a position into what the store takes, undefined when they make none
 * @returns undefined without a cursor: the list begins
 */
export function readCursor<P>(
  identity: ListIdentity,
  cursor: string | undefined,
  toPosition: (parts: CursorPosition) => P | undefined,
): P | undefined {
  if (cursor === undefined) return undefined
  const parts = decodeCursor(identity, cursor)
  const position = parts === undefined ? undefined : toPosition(parts)
  if (position !== undefined) return position
  throw new ProblemError(
    'invalid_cursor',
    'the cursor is not one of this list with these filters; start again without it',
  )
}

/** @returns undefined when the text is no int64 */
export function parseInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined
  const value = BigInt(text)
  return value < minInstantNano || value > maxInstantNano ? undefined : value
}
