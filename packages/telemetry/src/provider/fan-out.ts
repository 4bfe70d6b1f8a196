import type { Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'

/**
 * One processor for several, so that a provider has one of ours, and it is seen whether it has it already.
 * `onShutdown` is called when all of them have shut down.
 */
export class FanOut implements SpanProcessor {
  #processors: readonly SpanProcessor[]
  #onShutdown: () => void
  #startedCount = 0

  constructor(processors: readonly SpanProcessor[], onShutdown: () => void = () => {}) {
    this.#processors = processors
    this.#onShutdown = onShutdown
  }

  /** Spans that a provider has shown to this. */
  get startedCount(): number {
    return this.#startedCount
  }

  onStart(span: Span, parentContext: Context): void {
    this.#startedCount += 1
    for (const processor of this.#processors) processor.onStart(span, parentContext)
  }

  onEnd(span: ReadableSpan): void {
    for (const processor of this.#processors) processor.onEnd(span)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.forceFlush()))
  }

  async shutdown(): Promise<void> {
    try {
      await Promise.all(this.#processors.map((processor) => processor.shutdown()))
    } finally {
      this.#onShutdown()
    }
  }
}
