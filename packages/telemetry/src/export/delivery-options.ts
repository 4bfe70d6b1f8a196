import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { DeliveryTarget } from './delivery-target.ts'

export interface DeliveryOptions {
  /** `otlp`, `mlflow`: in warnings. */
  readonly name: string
  readonly target: DeliveryTarget
  /** Encodes one export request, in the encoding that the target's protocol asks for. */
  readonly serialize: (spans: readonly ReadableSpan[]) => Uint8Array
  /** A folder of this delivery's own, which other processes with the same target share; undefined: nothing on disk. */
  readonly spoolDir: string | undefined
  /** What the spool is for, in words without secrets, for whoever finds it later. Default: the target's origin. */
  readonly destination?: string
  /** Default 64 MiB. */
  readonly maxQueueBytes?: number
  /** Default 256 MiB, of all processes that share the folder. */
  readonly maxSpoolBytes?: number
}

/** For tests, which have no time. */
export interface DeliveryPace {
  readonly backoff: { readonly firstMs: number; readonly maxMs: number }
  readonly pollMs: number
  /** How long a request may be in memory alone, about. */
  readonly memoryOnlyMs: number
  /** How long a flush waits for the server before it writes to disk. */
  readonly flushGraceMs: number
  /** How long a flush then goes on sending what lies on disk. */
  readonly drainMs: number
}

export const defaultPace: DeliveryPace = {
  backoff: { firstMs: 500, maxMs: 10_000 },
  pollMs: 10_000,
  memoryOnlyMs: 2_000,
  flushGraceMs: 2_000,
  drainMs: 2_000,
}
