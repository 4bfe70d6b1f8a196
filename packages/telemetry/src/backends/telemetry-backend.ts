// The one port of this package: where finished spans go. A backend gives span processors, and the provider (ours or
// one that the application registered) feeds them. Nothing of a backend throws or blocks; what goes wrong is counted.
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { DeliveryCounts } from '../export/delivery.ts'

/** A place that spans are sent to, or two of them. */
export interface TelemetryBackend {
  readonly name: string
  /** What the provider feeds. Their methods contain their own failures. */
  readonly processors: readonly SpanProcessor[]
  /**
   * Resolves when all that ended so far is delivered or on disk, or after the time; never rejects. The process is kept
   * alive meanwhile, unless `keepAlive` is false.
   */
  flush(timeoutMs: number, keepAlive?: boolean): Promise<void>
  /** Flushes, writes what is left to disk, lets go of connections and timers; never rejects. `keepAlive` as with `flush`. */
  shutdown(timeoutMs: number, keepAlive?: boolean): Promise<void>
  /** The process has nothing left to do and was flushed: nothing of ours keeps it alive any more. It may go on. */
  letGo(): void
  /** The process is ending: what is in memory goes to disk, synchronously. May be called more than once. */
  endNow(): void
  /** Counters of each delivery, in spans. */
  readonly counts: readonly { readonly name: string; readonly counts: DeliveryCounts }[]
}
