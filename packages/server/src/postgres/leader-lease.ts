// Who among several servers on one database does the upkeep: whoever holds the lease row in otel.leader.
//
// Guarantees: by the database's clock a lease has one holder, and a holder stops believing in its lease before it runs out
// there (it counts from before it asked). What a leader does must still be safe to do twice: a clock that jumps, or a
// process that is stopped in the middle of a chore, can make two overlap. A row rather than an advisory lock, because a row
// survives poolers and lost connections, and says who and until when.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { pause } from './pause.ts'

export interface LeaderLeaseOptions {
  readonly pool: pg.Pool
  /** What is led; one row each. */
  readonly role: string
  readonly log: Log
  /** How long a leader that died keeps the others waiting. */
  readonly leaseMs?: number
  /** Called when this process begins to lead; `signal` aborts when it stops leading. */
  onLead(signal: AbortSignal): void
  /** Called when it stops leading: at close, or when the lease ran out or was taken. */
  onLose(): void
}

export interface LeaderLease {
  /** True while this process leads, checked against the clock at every call. */
  isLeader(): boolean
  /** Gives the lease back, so that another server takes over at once. Idempotent. */
  close(): Promise<void>
}

const defaultLeaseMs = 15_000
/** Three renewals fit into a lease: two may be lost. */
const renewalsPerLease = 3
/** Servers that were started together do not ask together for ever. */
const jitter = 0.2

const acquireSql = `
insert into otel.leader as current (role, holder, held_until)
values ($1, $2, clock_timestamp() + make_interval(secs => $3 / 1000.0))
on conflict (role) do update set holder = excluded.holder, held_until = excluded.held_until
where current.holder = excluded.holder or current.held_until < clock_timestamp()`

/** Joins the servers that stand for a role, and leads when it can. Renews by itself until closed. */
export function openLeaderLease(options: LeaderLeaseOptions): LeaderLease {
  const { pool, role, log, leaseMs = defaultLeaseMs } = options
  const holder = randomUUID()
  const stopping = new AbortController()
  let leading: { readonly controller: AbortController; timer: NodeJS.Timeout; heldUntil: number } | undefined

  const lose = (why: string): void => {
    if (leading === undefined) return
    clearTimeout(leading.timer)
    const { controller } = leading
    leading = undefined
    controller.abort()
    log.info({ role, why }, 'no longer leading')
    options.onLose()
  }

  const hold = (askedAt: number): void => {
    const heldUntil = askedAt + leaseMs
    const timer = setTimeout(() => lose('the lease ran out'), heldUntil - performance.now())
    if (leading !== undefined) {
      clearTimeout(leading.timer)
      leading.timer = timer
      leading.heldUntil = heldUntil
      return
    }
    const controller = new AbortController()
    leading = { controller, timer, heldUntil }
    log.info({ role }, 'leading')
    options.onLead(controller.signal)
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const askedAt = performance.now()
      try {
        const { rowCount } = await pool.query(acquireSql, [role, holder, leaseMs])
        if (rowCount === 0) lose('another server has the lease')
        else if (performance.now() < askedAt + leaseMs && !stopping.signal.aborted) hold(askedAt)
      } catch (error) {
        log.warn({ err: error, role }, 'could not ask for the lease')
      }
      const pauseMs = (leaseMs / renewalsPerLease) * (1 + jitter * (Math.random() - 0.5))
      await pause(pauseMs, stopping.signal)
    }
  }

  const running = run()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    stopping.abort()
    lose('closing')
    await running
    try {
      await pool.query('delete from otel.leader where role = $1 and holder = $2', [role, holder])
    } catch (error) {
      log.warn({ err: error, role }, 'could not give the lease back; it runs out by itself')
    }
  }
  return {
    isLeader: () => leading !== undefined && performance.now() < leading.heldUntil,
    close: () => (closing ??= close()),
  }
}
