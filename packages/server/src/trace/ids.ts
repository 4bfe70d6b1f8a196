/**
 * Reads a trace id as people paste it: 32 hex digits in either case, not all zero (W3C Trace Context, trace-id).
 * @returns lower-case hex, or undefined when it is not a trace id
 */
export function parseTraceId(text: string): string | undefined {
  return /^[0-9a-f]{32}$/i.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : undefined
}

/** Reads a span id: 16 hex digits in either case, not all zero. */
export function parseSpanId(text: string): string | undefined {
  return /^[0-9a-f]{16}$/i.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : undefined
}

/**
 * A 32-bit hash of a trace id, kept beside each payload so that a trace can be found before its spans are persisted.
 * Trace ids are random by convention, but W3C level 1 only asks the right-most bytes to be: all four words take part.
 * @param bytes at least 16 bytes from `offset`
 * @returns a signed 32-bit integer, PostgreSQL's int4
 */
export function traceIdHash(bytes: Uint8Array, offset: number): number {
  let hash = 0
  for (let word = 0; word < 16; word += 4) {
    const at = offset + word
    const value = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    hash = Math.imul(hash ^ value, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash | 0
}

/** traceIdHash of a trace id in hex. */
export function traceIdHashOfHex(traceId: string): number {
  return traceIdHash(Buffer.from(traceId, 'hex'), 0)
}
