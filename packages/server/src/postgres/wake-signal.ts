// Tells the other servers on the same database that there is work, and hears them. Within one process a plain call does it;
// and whoever hears nothing polls, so a lost signal costs time and never a payload.
//
// NOTIFY goes over a connection of its own and never inside an append: in the transaction of an append it would take a lock
// that serialises all commits. It is debounced, and its commit does not wait for the disk.
import { once } from 'node:events'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { pause } from './pause.ts'
import { connectClient, type DatabaseTarget } from './pool.ts'

export interface WakeSignalOptions {
  readonly target: DatabaseTarget
  readonly log: Log
  /** Called when another server signals, and after every connect, for what may have been missed. Must not throw. */
  onWake(): void
}

export interface WakeSignal {
  /** Signals the other servers, at most once in `debounceMs`. Never waits and never throws; without a connection it does nothing. */
  notify(): void
  close(): Promise<void>
}

export const wakeChannel = 'holdfast_appended'

/** Well below what a person calls late, and 20 small commits a second at the most. */
const debounceMs = 50
const firstPauseMs = 100
const longestPauseMs = 5_000

/** Connects in the background, and again whenever the connection is lost. */
export function openWakeSignal(options: WakeSignalOptions): WakeSignal {
  const { target, log } = options
  const stopping = new AbortController()
  let current: pg.Client | undefined
  let sending: NodeJS.Timeout | undefined

  const listen = async (): Promise<void> => {
    const client = await connectClient(target, {
      name: 'wake',
      onError: (error) => log.warn({ err: error }, 'the wake-up connection broke'),
    })
    try {
      const ended = new Promise((resolve) => client.once('end', resolve))
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      client.on('notification', (notification) => {
        if (notification.processId !== rows[0]?.pid) options.onWake()
      })
      await client.query(`set synchronous_commit = off; listen ${wakeChannel}`)
      if (stopping.signal.aborted) return
      current = client
      options.onWake()
      const stopped = once(stopping.signal, 'abort')
      await Promise.race([ended, stopped])
    } finally {
      current = undefined
      await client.end()
    }
  }

  const run = async (): Promise<void> => {
    let pauseMs = firstPauseMs
    while (!stopping.signal.aborted) {
      const connectedAt = performance.now()
      try {
        await listen()
      } catch (error) {
        log.warn({ err: error, retryAfterMs: pauseMs }, 'could not listen for other servers')
      }
      if (performance.now() - connectedAt > longestPauseMs) pauseMs = firstPauseMs
      await pause(pauseMs, stopping.signal)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  const send = async (): Promise<void> => {
    try {
      await current?.query(`notify ${wakeChannel}`)
    } catch (error) {
      log.debug({ err: error }, 'a wake-up signal was lost')
    }
    sending = undefined // not before it is through: a connection that hangs must not gather a queue
  }

  const running = run()
  return {
    notify: () => {
      sending ??= setTimeout(() => void send(), debounceMs).unref()
    },
    close: async () => {
      stopping.abort()
      clearTimeout(sending)
      await running
    },
  }
}
