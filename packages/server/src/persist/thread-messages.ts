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
  /** One int32: 1 asks the thread to finish what it claimed and to end. */
  readonly stop: SharedArrayBuffer
  readonly maxAttempts: number
  readonly maxClaimBytes: number
  readonly leaseMs: number
  readonly pollMs: number
}

export type ThreadMessage =
  | { readonly type: 'persisted'; readonly persisted: Persisted }
  | { readonly type: 'trouble'; readonly trouble: Trouble }
  | { readonly type: 'database-lost'; readonly message: string }
