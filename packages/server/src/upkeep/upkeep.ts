/**
 * Upkeep: what has to be done now and then, by one server of all. Each chore is a file; it may be ended at any statement
 * and done again. A chore that fails is logged and comes again at its time. Opened by server.ts, run while this server leads.
 */
import type pg from 'pg'
import type { Log } from '../log.ts'
import { foldLedger } from './fold-ledger.ts'
import { makePartitions } from './make-partitions.ts'
import { rescueClaims } from './rescue-claims.ts'

interface Chore {
  readonly name: string
  readonly everyMs: number
  readonly run: (pool: pg.Pool) => Promise<unknown>
}

const chores: readonly Chore[] = [
  { name: 'rescue-claims', everyMs: 1000, run: rescueClaims },
  { name: 'make-partitions', everyMs: 3_600_000, run: makePartitions },
  { name: 'fold-ledger', everyMs: 60_000, run: foldLedger },
]

const afterFailureMs = 60_000

export interface Upkeep {
  /** This server leads: each chore runs now, then at its times. */
  start(): void
  /** This server leads no more. Resolves when the chore under way has ended. */
  stop(): Promise<void>
}

export function openUpkeep(pool: pg.Pool, log: Log): Upkeep {
  let leadership: { isOver: boolean; running: Promise<void>[]; timers: Set<NodeJS.Timeout> } | undefined

  let ended: Promise<unknown> = Promise.resolve()

  function repeat(chore: Chore, current: NonNullable<typeof leadership>): void {
    let againMs = chore.everyMs
    const run = chore
      .run(pool)
      .then((done) => {
        if (typeof done === 'number' && done > 0) log.info({ chore: chore.name, done }, 'upkeep')
      })
      .catch((error: unknown) => {
        againMs = Math.min(againMs, afterFailureMs)
        log.warn({ err: error, chore: chore.name }, 'a chore failed and will be tried again')
      })
      .then(() => {
        void current.running.splice(current.running.indexOf(run), 1)
        if (current.isOver) return
        const timer = setTimeout(() => {
          current.timers.delete(timer)
          repeat(chore, current)
        }, againMs)
        timer.unref()
        current.timers.add(timer)
      })
    current.running.push(run)
  }

  return {
    start() {
      if (leadership !== undefined) return
      leadership = { isOver: false, running: [], timers: new Set() }
      for (const chore of chores) repeat(chore, leadership)
    },
    async stop() {
      const ending = leadership
      leadership = undefined
      if (ending !== undefined) {
        ending.isOver = true
        for (const timer of ending.timers) clearTimeout(timer)
        ended = Promise.all(ending.running)
      }
      await ended
    },
  }
}
