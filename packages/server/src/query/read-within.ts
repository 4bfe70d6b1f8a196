import type { ReadOptions } from '../store/trace-store.ts'

/**
 * Reads what an answer can do without, for so long and no longer; then its work in the database is cancelled.
 * @returns undefined when the time is up
 */
export async function readWithin<T>(
  limitMs: number,
  { signal }: ReadOptions,
  read: (options: ReadOptions) => Promise<T>,
): Promise<T | undefined> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    return await read({ signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) })
  } catch (error) {
    // What is thrown is the reason of the signal that ended it; of one that ended by itself the error stays.
    if (error === limit.reason) return undefined
    throw error
  }
}
