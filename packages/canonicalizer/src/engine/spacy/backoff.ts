/** The wait before a restart: doubled with each failure in a row, up to a bound. No jitter: each process is its parent's own. */
export function backoffMs(failures: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30))
}
