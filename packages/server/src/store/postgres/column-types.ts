import pg from 'pg'

/**
 * How the store's queries read columns: bigint as bigint (nanoseconds and span ids do not fit a number), arrays of
 * integer as numbers, days as `2026-11-23`. Given to each query, because type parsers of `pg` itself would reach every
 * program that shares the driver.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    parsers.get(oid) ??
    (pg.types.getTypeParser(oid, format) as (text: string) => unknown)) as typeof pg.types.getTypeParser,
}

const integerArray = 1007

const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, BigInt],
  [pg.types.builtins.DATE, (text) => text],
  [integerArray, readIntegers],
])

// The driver reads arrays a character at a time, for elements of any kind; a raw trace brings an index per span.
function readIntegers(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)
}

/** `otel.operation.name` and its like never hold NUL: it was replaced before it was stored, so it is in a search too. */
export function searchable(text: string): string {
  return text.replaceAll('\0', '\ufffd')
}

const leastBigint = -(2n ** 63n)
export const greatestBigint = 2n ** 63n - 1n

/** Times are stored clamped to the range of bigint, and looked for the same way. */
export function clampToBigint(value: bigint): bigint {
  return value < leastBigint ? leastBigint : value > greatestBigint ? greatestBigint : value
}
