/** Waits between attempts. All in milliseconds. */
export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

/**
 * Exponential backoff with full jitter: anything up to a ceiling that doubles with each failure in a row, so that
 * agents which lost their server together do not come back together.
 * @param failures in a row, 1 or more
 * @param random from 0 to 1
 */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number, random: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30)) * random
}
