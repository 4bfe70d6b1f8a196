// A provider calls its processors without a net: what one throws reaches the code that starts or ends a span. Ours
// throw nothing. And spans of the SDK's 1.x, which a provider that we joined may give, have other fields: they are
// left out, and that is said.
import type { Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { report } from '../report.ts'

export class ContainedProcessor implements SpanProcessor {
  #inner: SpanProcessor
  #note: (where: string, error: unknown) => void

  constructor(inner: SpanProcessor, note: (where: string, error: unknown) => void) {
    this.#inner = inner
    this.#note = note
  }

  onStart(span: Span, parentContext: Context): void {
    try {
      if (isKnown(span)) this.#inner.onStart(span, parentContext)
    } catch (error) {
      this.#note('a processor at the start of a span', error)
    }
  }

  onEnd(span: ReadableSpan): void {
    try {
      if (isKnown(span)) this.#inner.onEnd(span)
    } catch (error) {
      this.#note('a processor at the end of a span', error)
    }
  }

  async forceFlush(): Promise<void> {
    try {
      await this.#inner.forceFlush()
    } catch (error) {
      this.#note('a flush', error)
    }
  }

  async shutdown(): Promise<void> {
    try {
      await this.#inner.shutdown()
    } catch (error) {
      this.#note('a shutdown', error)
    }
  }
}

function isKnown(span: Span | ReadableSpan): boolean {
  if ((span as Partial<ReadableSpan>).instrumentationScope !== undefined) return true
  report.warnOnce(
    'HOLDFAST_OLD_SDK',
    'The registered OpenTelemetry SDK is older than 2.0: its spans are not exported to Holdfast. Use @opentelemetry/sdk-trace-base 2.x, or 3.x.',
  )
  return false
}
