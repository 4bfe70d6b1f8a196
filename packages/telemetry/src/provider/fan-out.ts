import type { Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'

/** One processor for several, so that a provider has one of ours, and it is seen whether it has it already. */
export class FanOut implements SpanProcessor {
  #processors: readonly SpanProcessor[]
  #onShutdown: () => void

  constructor(processors: readonly SpanProcessor[], onShutdown: () => void = () => {}) {
    this.#processors = processors
    this.#onShutdown = onShutdown
  }

  onStart(span: Span, parentContext: Context): void {
    for (const processor of this.#processors) processor.onStart(span, parentContext)
  }

  onEnd(span: ReadableSpan): void {
    for (const processor of this.#processors) processor.onEnd(span)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.forceFlush()))
  }

  async shutdown(): Promise<void> {
    this.#onShutdown()
    await Promise.all(this.#processors.map((processor) => processor.shutdown()))
  }
}
