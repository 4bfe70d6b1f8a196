// Traces over OTLP: batched, delivered or spooled, and shown before they end.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import { openDelivery, type Delivery } from '../export/delivery.ts'
import { openBatchProcessor, type BatchProcessor } from '../provider/batch-processor.ts'
import { PendingSpans, type PendingSpansPace } from '../provider/pending-spans.ts'
import type { OtelSettings } from '../settings/settings.ts'
import { settleWithin } from './settle-within.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

/** Nothing is sent yet: the server may be away. `pace`: for tests, which have no time. */
export function openOtelBackend(settings: OtelSettings, pace: PendingSpansPace = {}): TelemetryBackend {
  return new OtelBackend(settings, pace)
}

class OtelBackend implements TelemetryBackend {
  readonly name = 'otel'
  readonly processors: readonly SpanProcessor[]
  readonly #delivery: Delivery
  readonly #batching: BatchProcessor
  readonly #pending: PendingSpans | undefined

  constructor(settings: OtelSettings, pace: PendingSpansPace) {
    const { headers, ...target } = settings.otlp
    this.#delivery = openDelivery({
      name: 'otlp',
      target: { ...target, headers: async () => headers },
      serialize: settings.otlp.protocol === 'http/json' ? serializeJson : serializeProtobuf,
      spoolDir: findSpoolDir(settings),
      maxQueueBytes: settings.maxQueueBytes,
      maxSpoolBytes: settings.spool.maxBytes,
    })
    this.#batching = openBatchProcessor(this.#delivery, settings.batch)
    this.#pending =
      settings.pendingSpans === 'off'
        ? undefined
        : new PendingSpans({
            ...pace,
            isWanted: () => settings.pendingSpans === 'on' || this.#isHoldfast(),
            send: (spans) => this.#delivery.sendBestEffort(spans),
          })
    this.processors = this.#pending ? [this.#batching, this.#pending] : [this.#batching]
  }

  get counts(): TelemetryBackend['counts'] {
    const { counts } = this.#delivery
    const dropped = this.#batching.droppedCount
    return [
      {
        name: 'otlp',
        counts: { ...counts, taken: counts.taken + dropped, dropped: counts.dropped + dropped },
      },
    ]
  }

  #isHoldfast(): boolean {
    if (this.#delivery.server === 'unknown') this.#delivery.askServer()
    return this.#delivery.server === 'holdfast'
  }

  async flush(timeoutMs: number, keepAlive?: boolean): Promise<void> {
    await settleWithin(timeoutMs, this.#batching.forceFlush({ timeoutMs, keepAlive }), keepAlive)
  }

  async shutdown(timeoutMs: number, keepAlive?: boolean): Promise<void> {
    await this.#pending?.shutdown()
    await settleWithin(timeoutMs, this.#batching.shutdown({ timeoutMs, keepAlive }), keepAlive)
  }

  letGo(): void {
    this.#delivery.letGo()
  }

  endNow(): void {
    this.#batching.drainNow()
    this.#delivery.spoolSync()
  }
}

function serializeProtobuf(spans: readonly ReadableSpan[]): Uint8Array {
  return ProtobufTraceSerializer.serializeRequest([...spans]) ?? new Uint8Array()
}

function serializeJson(spans: readonly ReadableSpan[]): Uint8Array {
  return JsonTraceSerializer.serializeRequest([...spans]) ?? new Uint8Array()
}

/** One folder for each server: what waits for one must not end in another. */
function findSpoolDir({ spool, otlp }: OtelSettings): string | undefined {
  if (spool.rootDir === undefined) return undefined
  const target = createHash('sha256').update(otlp.url).digest('hex').slice(0, 16)
  return join(spool.rootDir, `otlp-${target}`)
}
