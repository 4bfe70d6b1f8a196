// What takes spans from the SDK and owns them until a server has acknowledged them.
//
//   export ─► encode ─► memory (bounded) ─► server, several requests at a time, FIFO
//                          │    ▲ retry: OTLP's table, backoff with jitter, what the server asks for
//                          ▼    │
//                        disk (bounded) ─► server: by one process of those that share the folder
//
// It guarantees: nothing here throws into the agent or makes it wait. What was taken is delivered at least once, or is on
// disk, or is counted: as rejected (the server will never take it) or dropped (over a bound). After `forceFlush` a
// kill -9 loses nothing. No timer and no connection of it keeps the process alive.
//
// Memory is the way while all is well. Requests go to disk when the target failed twice in a row, when memory is half
// full, on flush and shutdown when the server does not answer soon, and when the process ends (`spoolSync`).
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

/** A span exporter that takes every batch at once and owns it from then on. */
export interface Delivery extends SpanExporter {
  /** Never fails and never waits: `done` is called with SUCCESS before this returns. */
  export(spans: readonly ReadableSpan[], done: (result: ExportResult) => void): void
  /**
   * Resolves when everything taken so far is delivered or fsynced to the spool. While the server takes what it gets, it
   * also sends what lay in the spool, for two seconds at most. In all at the latest after the target's timeoutMs.
   */
  forceFlush(): Promise<void>
  /** A flush, and the end. What comes later is dropped and counted. */
  shutdown(): Promise<void>
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
  /** The process is ending now: everything in memory goes to disk, synchronously. */
  spoolSync(): void
  readonly counts: DeliveryCounts
}

export function openDelivery(options: DeliveryOptions, pace: DeliveryPace = defaultPace): Delivery {
  return new QueueingDelivery(options, pace)
}
