/** A uuid column as a trace id: 32 hex digits. */
export function traceIdOfUuid(uuid: string): string {
  return uuid.replaceAll('-', '')
}

/** A bigint column as a span id: its 64 bits as 16 hex digits; 0 stands for none and reads as ''. */
export function spanIdOfBigint(id: bigint): string {
  return id === 0n ? '' : BigInt.asUintN(64, id).toString(16).padStart(16, '0')
}

/** A trace id of 16 bytes as PostgreSQL prints a uuid. */
export function formatUuid(traceId: Uint8Array): string {
  const hex = Buffer.from(traceId.buffer, traceId.byteOffset, 16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A span id of 16 hex digits as the bigint that is stored. */
export function bigintOfSpanId(spanId: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${spanId}`))
}

// PostgreSQL has signed integers only: turning the sign bit makes their order the order of the hex digits.
const signBit = `'-9223372036854775808'::bigint`

/** SQL that sorts a span id stored as bigint like its hex digits. */
export function spanIdOrderSql(expression: string): string {
  return `(${expression} # ${signBit})`
}
