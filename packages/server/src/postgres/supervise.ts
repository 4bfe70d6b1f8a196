// Keeps a postmaster running: one that dies is started again, until close.
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Postmaster } from './postmaster.ts'

export interface Supervised {
  /** Fast shutdown; waits for it. Idempotent, and safe while a restart is under way. */
  close(): Promise<void>
}

/** The first restart is at once, for a lone kill; one that keeps dying is tried every ten seconds. */
const firstPauseMs = 100
const longestPauseMs = 10_000
/** A server that ran this long did not die of its start. */
const stableMs = 60_000

/** Starts a server by `start` and watches it. Rejects when the first start fails. */
export async function supervise(start: () => Promise<Postmaster>, log: Log): Promise<Supervised> {
  const stopping = new AbortController()
  let postmaster = await start()
  const watch = async (): Promise<void> => {
    let pauseMs = firstPauseMs
    for (;;) {
      const startedAt = performance.now()
      const how = await postmaster.exited
      if (stopping.signal.aborted) return
      if (performance.now() - startedAt > stableMs) pauseMs = firstPauseMs
      log.error({ how }, 'PostgreSQL ended by itself; starting it again')
      for (;;) {
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined) // close() woke us
        if (stopping.signal.aborted) return
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
        try {
          postmaster = await start()
          log.info('PostgreSQL is back')
          break
        } catch (error) {
          log.error({ err: error, retryAfterMs: pauseMs }, 'PostgreSQL could not be started again')
        }
      }
      if (stopping.signal.aborted) return
    }
  }
  const watching = watch()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    stopping.abort()
    // A restart under way ends first, so that no server outlives us.
    await Promise.all([postmaster.stop(), watching])
    await postmaster.stop()
  }
  return { close: () => (closing ??= close()) }
}
