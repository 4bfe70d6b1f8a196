/**
 * Reads `Retry-After`: seconds, or an HTTP date, which is held against the server's own `Date` where it is told, so
 * that a wrong clock on either side does not matter. In milliseconds; undefined when it is absent or unreadable.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfterMs(
  retryAfter: string | undefined,
  serverDate: string | undefined,
  nowUnixMs: number,
): number | undefined {
  const text = retryAfter?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const until = /^[A-Za-z]/.test(text) ? Date.parse(text) : NaN // a date begins with its weekday
  if (Number.isNaN(until)) return undefined
  const serverNow = Date.parse(serverDate ?? '')
  return Math.max(0, until - (Number.isNaN(serverNow) ? nowUnixMs : serverNow))
}
