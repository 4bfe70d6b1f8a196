import type { HandoverMemory } from '../queue/handover.ts'
import type { Persisted, Trouble } from './persist-batch.ts'

/** What a persist thread is started with. */
export interface ThreadData<Database = unknown> {
  /** From 1 up; a thread that takes the place of another has its number. */
  readonly number: number
  readonly handover: HandoverMemory
  /** How the thread reaches the database; the coordinator only hands it on. */
  readonly database: Database
  /** WorkSignal's memory. */
  readonly signal: SharedArrayBuffer
  /** One int32, an index into stopOrders. */
  readonly stop: SharedArrayBuffer
  readonly maxAttempts: number
  readonly maxClaimBytes: number
  readonly leaseMs: number
  readonly pollMs: number
}

/** Go on; persist all that can be claimed and end; persist what is claimed and end. */
export const stopOrders = ['no', 'drained', 'now'] as const

export type ThreadMessage =
  | { readonly type: 'persisted'; readonly persisted: Persisted }
  | { readonly type: 'trouble'; readonly trouble: Trouble }
  | { readonly type: 'database-lost'; readonly message: string }
