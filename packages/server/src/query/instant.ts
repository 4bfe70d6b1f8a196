// Times and durations as the Query API writes and reads them: RFC 3339 with nanoseconds, and milliseconds.

const nanosecondsPerSecond = 1_000_000_000n

/** The store's clocks are int64; a time beyond them stands for their end. */
export const minInstantNano = -(2n ** 63n)
export const maxInstantNano = 2n ** 63n - 1n

/** Writes Unix nanoseconds as RFC 3339 in UTC with nine digits, `2026-11-23T12:58:00.000000001Z`. */
export function formatInstant(unixNano: bigint): string {
  let seconds = unixNano / nanosecondsPerSecond
  let fraction = unixNano % nanosecondsPerSecond
  if (fraction < 0n) {
    seconds -= 1n
    fraction += nanosecondsPerSecond
  }
  const toSeconds = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${toSeconds}.${fraction.toString().padStart(9, '0')}Z`
}

/** Writes the database's clock, which is exact to the millisecond here, like any other time. */
export function formatDate(date: Date): string {
  return formatInstant(BigInt(date.getTime()) * 1_000_000n)
}

// A `+` in a query string that nobody escaped arrives as a space; no RFC 3339 time has one there.
const pattern = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+ -])(\d{2}):(\d{2}))$/

/**
 * Reads an RFC 3339 time (section 5.6), exact to the nanosecond.
 * @returns Unix nanoseconds within int64, or undefined when it is not such a time
 */
export function parseInstant(text: string): bigint | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, day, time, fraction = '', sign, hours = '0', minutes = '0'] = match
  const local = Date.parse(`${day}T${time}Z`)
  // Date.parse refuses month 13, and takes February 30 for March 2 and 24:00:00 for midnight.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== `${day}T${time}`) return undefined
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const offsetMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  const nanos = BigInt(local - offsetMinutes * 60_000) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return clampNano(nanos)
}

/** Nanoseconds as milliseconds with a fraction; exact up to 13 days, then to 15 digits. */
export function toMilliseconds(nano: bigint): number {
  return Number(nano) / 1e6
}

/** Milliseconds, zero or more, as whole nanoseconds within int64. */
export function toNanoseconds(milliseconds: number): bigint {
  return clampNano(BigInt(Math.round(Math.min(milliseconds * 1e6, Number.MAX_VALUE))))
}

export function clampNano(nano: bigint): bigint {
  if (nano > maxInstantNano) return maxInstantNano
  return nano < minInstantNano ? minInstantNano : nano
}
