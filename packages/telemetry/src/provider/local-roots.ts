// Which span is the local root of a trace: the one in this process whose parent is in another, or that has none.
// `updateCurrentTrace` writes on it for as long as it is open, also when the spans below it have ended long ago.
import { trace, type Context, type Span as ApiSpan } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'

/** Open roots that are found by their trace id; beyond it the oldest is found through its own spans only. */
const maxRoots = 10_000

export class LocalRoots implements SpanProcessor {
  // Spans that are still held by somebody lead to their root; the map goes with them.
  #rootOf = new WeakMap<object, ApiSpan>()
  #openByTraceId = new Map<string, ApiSpan>()

  /** The open local root above the span that is active in a context, or undefined. */
  find(context: Context): ApiSpan | undefined {
    const span = trace.getSpan(context)
    if (span === undefined) return undefined
    // A context that came through text (a queue, a header) has a stand-in for its span.
    const root = this.#rootOf.get(span) ?? this.#openByTraceId.get(span.spanContext().traceId)
    return root?.isRecording() ? root : undefined
  }

  get openCount(): number {
    return this.#openByTraceId.size
  }

  onStart(span: Span, parentContext: Context): void {
    const parent = span.parentSpanContext
    const isRoot = parent === undefined || parent.isRemote === true
    const above = trace.getSpan(parentContext)
    const root = (!isRoot && above && this.#rootOf.get(above)) || span
    this.#rootOf.set(span, root)
    if (root !== span) return
    this.#openByTraceId.set(span.spanContext().traceId, span)
    if (this.#openByTraceId.size <= maxRoots) return
    const [oldest] = this.#openByTraceId.keys()
    if (oldest !== undefined) this.#openByTraceId.delete(oldest)
  }

  onEnd(span: ReadableSpan): void {
    const { traceId } = span.spanContext()
    // Another local root of the same trace may have taken the place since.
    if (this.#openByTraceId.get(traceId) === (span as object)) this.#openByTraceId.delete(traceId)
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#openByTraceId.clear()
  }
}
