import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type pg from 'pg'
import type { Log } from '../log.ts'
import type { MetricsRegistry } from '../metrics.ts'
import type { ByteBudget } from '../queue/byte-budget.ts'
import type { TraceStore } from '../store/trace-store.ts'

export interface QueryApiOptions {
  readonly store: TraceStore
  /** For the queue's read side; its connections have a statement timeout. */
  readonly pool: pg.Pool
  /** Shared with the door: what a query may hold in memory. */
  readonly budget: ByteBudget
  readonly host: string
  /** Names, besides `host`, localhost and IP addresses, by which it may be asked. */
  readonly allowedHosts: readonly string[]
  /** 0: any free port. */
  readonly port: number
  /** A client that takes nothing of its answer for so long is cut off; longer than a query may run. Default: a minute. */
  readonly stalledAfterMs?: number
  /** An answer waits so long for what model calls cost, and then comes without. */
  readonly priceLimitMs: number
  readonly log: Log
  /** Answers /readyz; each check says `ok…` or what is wrong. */
  readonly isReady: () => Promise<{ ready: boolean; checks: Record<string, string> }>
  readonly metrics: MetricsRegistry
}

export type QueryApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
