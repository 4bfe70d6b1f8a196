// Spans in memory, for the tests of an agent.
import { SpanKind, SpanStatusCode, type Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { FinishedSpan } from '../service/telemetry-span.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

/** The newest are kept. */
const maxSpans = 10_000

/** Keeps what ended; nothing leaves the process. */
export class MemoryBackend implements TelemetryBackend, SpanProcessor {
  readonly name = 'memory'
  readonly processors: readonly SpanProcessor[] = [this]
  readonly counts: TelemetryBackend['counts'] = []
  #finished: FinishedSpan[] = []

  /** In the order in which they ended. */
  get finished(): readonly FinishedSpan[] {
    return this.#finished
  }

  onStart(_span: Span, _parentContext: Context): void {}

  onEnd(span: ReadableSpan): void {
    // Twice the bound before it is cut, so that not every span moves all the others.
    if (this.#finished.length >= maxSpans * 2) this.#finished = this.#finished.slice(-maxSpans)
    this.#finished.push(toFinishedSpan(span))
  }

  letGo(): void {}

  endNow(): void {}

  async forceFlush(): Promise<void> {}

  async flush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function toFinishedSpan(span: ReadableSpan): FinishedSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    kind: SpanKind[span.kind],
    attributes: { ...span.attributes },
    events: span.events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: { ...attributes },
    })),
    status: {
      code: SpanStatusCode[span.status.code] as 'UNSET' | 'OK' | 'ERROR',
      message: span.status.message,
    },
    startTime: new Date(span.startTime[0] * 1000 + span.startTime[1] / 1e6),
    durationMs: span.duration[0] * 1000 + span.duration[1] / 1e6,
    resource: { ...span.resource.attributes },
    scopeName: span.instrumentationScope.name,
  }
}
