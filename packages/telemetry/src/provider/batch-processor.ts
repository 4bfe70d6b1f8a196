// The SDK's BatchSpanProcessor, with the two holes closed through which it loses spans. It drops what ends in one
// go beyond its queue (it hands on one batch, then waits for a turn of the event loop): here a queue that fills is
// handed on at once. And what it holds when the process ends is lost: here `drainNow` hands it on, synchronously.
import type { Context } from '@opentelemetry/api'
import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import type { Delivery, FlushBounds } from '../export/delivery.ts'
import { report } from '../report.ts'
import type { BatchSettings } from '../settings/settings.ts'

/** What it needs of a delivery. */
type BatchTarget = Pick<Delivery, 'export' | 'forceFlush' | 'shutdown'>

/** A span processor that batches into a delivery. */
export interface BatchProcessor extends SpanProcessor {
  /** `bounds` are the delivery's. */
  forceFlush(bounds?: FlushBounds): Promise<void>
  shutdown(bounds?: FlushBounds): Promise<void>
  /** Hands everything that ended so far to the delivery before it returns. For the end of the process. */
  drainNow(): void
  /** Spans that were dropped here, because the provider's resource never settled. */
  readonly droppedCount: number
}

/**
 * Batches sampled spans by OTEL_BSP_*'s bounds and gives them to the delivery, which owns them from then on.
 * Used by every backend that sends.
 */
export function openBatchProcessor(delivery: BatchTarget, settings: BatchSettings): BatchProcessor {
  const waiting = new Set<ReadableSpan>()
  const batching = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        const fresh = spans.filter((span) => waiting.delete(span))
        if (fresh.length > 0) delivery.export(fresh, done)
        else done({ code: 0 })
      },
      forceFlush: () => delivery.forceFlush(),
      shutdown: () => delivery.shutdown(),
    },
    maxQueueSize: settings.maxQueueSize,
    maxExportBatchSize: settings.maxExportBatchSize,
    scheduledDelayMillis: settings.scheduledDelayMs,
    exportTimeoutMillis: settings.exportTimeoutMs,
  })
  return new DrainableBatchProcessor(batching, waiting, delivery, settings)
}

class DrainableBatchProcessor implements BatchProcessor {
  #batching: BatchSpanProcessor
  #waiting: Set<ReadableSpan>
  #delivery: BatchTarget
  #handOnAt: number
  #keepAtMost: number
  #isShutDown = false
  droppedCount = 0

  constructor(
    batching: BatchSpanProcessor,
    waiting: Set<ReadableSpan>,
    delivery: BatchTarget,
    settings: BatchSettings,
  ) {
    this.#batching = batching
    this.#waiting = waiting
    this.#delivery = delivery
    this.#handOnAt = Math.min(settings.maxExportBatchSize, settings.maxQueueSize)
    this.#keepAtMost = settings.maxQueueSize * 4
  }

  onStart(_span: Span, _parentContext: Context): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#isShutDown || (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    // Beyond its queue are only spans whose resource is still being detected.
    if (this.#waiting.size >= this.#keepAtMost) {
      this.droppedCount += 1
      report.warnOnce(
        'HOLDFAST_RESOURCE_PENDING',
        "The provider's resource is still being detected; spans beyond the queue are dropped until it is.",
      )
      return
    }
    this.#waiting.add(span)
    this.#batching.onEnd(span)
    if (this.#waiting.size >= this.#handOnAt) void this.#handOn()
  }

  /** Resolves when the delivery has delivered or spooled what ended so far. */
  async forceFlush(bounds?: FlushBounds): Promise<void> {
    await this.#handOn()
    await this.#delivery.forceFlush(bounds)
  }

  async shutdown(bounds?: FlushBounds): Promise<void> {
    this.#isShutDown = true
    await this.#handOn()
    await this.#delivery.shutdown(bounds)
    await this.#batching.shutdown()
  }

  drainNow(): void {
    void this.#handOn()
    if (this.#waiting.size === 0) return
    // A resource that is still being detected keeps the SDK waiting. The process will not: take them without it.
    const spans = [...this.#waiting]
    this.#waiting.clear()
    this.#delivery.export(spans, () => undefined)
  }

  // The SDK calls the exporter before forceFlush returns, unless a resource is still being detected.
  async #handOn(): Promise<void> {
    try {
      await this.#batching.forceFlush()
    } catch (error) {
      // The SDK's own timer, when a resource never settles: the spans are still in `waiting`.
      const name = error instanceof Error ? error.name : 'unknown error'
      report.debug(`handing on a batch failed: ${name}`)
    }
  }
}
