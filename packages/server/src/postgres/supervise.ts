// Keeps a postmaster running: one that dies is started again, until close.
import type { Log } from '../log.ts'
import { pause } from './pause.ts'
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

/** Starts a server by `start`, whose signal ends a start under way, and watches it. Rejects when the first start fails. */
export async function supervise(
  start: (signal: AbortSignal) => Promise<Postmaster>,
  log: Log,
): Promise<Supervised> {
  const stopping = new AbortController()
  const { signal } = stopping
  let postmaster = await start(signal)
  let startedAt = performance.now()
  let pauseMs = firstPauseMs

  /** Resolves with true once there is a server again, with false when `close` was called meanwhile. */
  const restart = async (): Promise<boolean> => {
    for (;;) {
      await pause(pauseMs, signal)
      if (signal.aborted) return false
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      try {
        postmaster = await start(signal)
        startedAt = performance.now()
        return true
      } catch (error) {
        if (signal.aborted) return false
        log.error({ err: error, retryAfterMs: pauseMs }, 'PostgreSQL could not be started again')
      }
    }
  }

  const watch = async (): Promise<void> => {
    for (;;) {
      const how = await postmaster.exited
      if (signal.aborted) return
      if (performance.now() - startedAt > stableMs) pauseMs = firstPauseMs
      log.error({ how }, 'PostgreSQL ended by itself; starting it again')
      if (!(await restart())) return
      log.info('PostgreSQL is back')
    }
  }

  const watching = watch()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    stopping.abort()
    await postmaster.stop()
    // A restart under way ends first, one way or the other, so that no server outlives us.
    await watching
    await postmaster.stop()
  }
  return { close: () => (closing ??= close()) }
}
