// What takes spans from the SDK and owns them until a server has acknowledged them.
//
//   export ─► encode ─► memory (bounded) ─► server, several requests at a time, FIFO
//                          │    ▲ retry: OTLP's table, backoff with jitter, what the server asks for
//                          ▼    │
//                        disk (bounded) ─► server: by one process of those that share the folder
//
// It guarantees: nothing here throws into the agent or makes it wait. What was taken is delivered at least once, or is on
// disk, or is counted: as rejected (the server will never take it) or dropped (over a bound). After `forceFlush` a
// kill -9 loses nothing; without one, what was taken in the last three seconds. No timer and no connection of it keeps
// the process alive, save a gRPC call under way: its library holds the process, up to the target's timeoutMs or `letGo`.
//
// Memory is the way while all is well. Requests go to disk when the target failed twice in a row, when memory is half
// full, when they are not delivered after two or three seconds, on flush and shutdown when the server does not answer
// soon, and when the process ends (`spoolSync`). outbox-entry.ts draws the life of a request.
// Called by the backends, one delivery a target.
import type { ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import type { DeliveryCounts } from './delivery-counts.ts'
import { defaultPace, type DeliveryOptions, type DeliveryPace } from './delivery-options.ts'
import { QueueingDelivery } from './queueing-delivery.ts'
import type { ServerName } from './server-identity.ts'

export type { DeliveryCounts } from './delivery-counts.ts'
export type { DeliveryOptions } from './delivery-options.ts'
export type { DeliveryTarget } from './delivery-target.ts'

/** Without `timeoutMs` it is the target's, or ten seconds if that is less and there is a disk to write to. */
export interface FlushBounds {
  readonly timeoutMs?: number | undefined
  /** Whether the process stays alive for it; default true. */
  readonly keepAlive?: boolean | undefined
}

/** A span exporter that takes every batch at once and owns it from then on. */
export interface Delivery extends SpanExporter {
  /** Never fails and never waits: `done` is called with SUCCESS before this returns. */
  export(spans: readonly ReadableSpan[], done: (result: ExportResult) => void): void
  /**
   * Resolves when everything taken so far is delivered or fsynced to the spool. While the server takes what it gets, it
   * also sends what lay in the spool, for two seconds at most. In all at the latest after `timeoutMs`.
   */
  forceFlush(bounds?: FlushBounds): Promise<void>
  /** A flush, and the end: what is neither delivered nor on disk by then is written at once. What comes later is dropped and counted. */
  shutdown(bounds?: FlushBounds): Promise<void>
  /** Cuts off what would keep the process alive; called when it has nothing left to do, after a flush. Not an end. */
  letGo(): void
  /**
   * Once, without retry or spool, and not while the target is in trouble and ended spans wait for it: for spans that are
   * sent before they ended.
   */
  sendBestEffort(spans: readonly ReadableSpan[]): void
  /** Who the target is, by its newest answer. */
  readonly server: ServerName
  /**
   * Asks the target for an answer by which `server` is known, with an export request that has no spans and is in no
   * counts. Not while another such request or ended spans are on their way, nor while the target needs a rest: ask again.
   */
  askServer(): void
  /** The process is ending now: everything in memory goes to disk, synchronously. What the disk does not take is dropped and counted. */
  spoolSync(): void
  readonly counts: DeliveryCounts
}

export function openDelivery(options: DeliveryOptions, pace: DeliveryPace = defaultPace): Delivery {
  return new QueueingDelivery(options, pace)
}
