// Shows spans before they end: a copy of each span that is open for 5 s, and again every 30 s, marked
// `holdfast.span.running` and with end time 0. The finished span replaces it in the server, in either order of arrival.
// Best effort: a copy that cannot be sent now is not sent later. Others than Holdfast misread such spans, so
// that whoever makes this says when there is somebody to show them to.
import { TraceFlags, type Attributes, type Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { ATTR_HOLDFAST_SPAN_RUNNING } from '../conventions.ts'

export interface PendingSpansPace {
  readonly firstAfterMs?: number
  readonly heartbeatMs?: number
  /** How often the open spans are looked through. */
  readonly sweepMs?: number
}

export interface PendingSpansOptions extends PendingSpansPace {
  readonly send: (spans: readonly ReadableSpan[]) => void
  /** Asked in each sweep that has something to send; while it is not so, nothing is sent, and it is due again. */
  readonly isWanted?: () => boolean
  /** Spans that are watched; those that start beyond it are not shown before they end. */
  readonly maxWatched?: number
  /** Copies of one sweep: local roots first, then the longest open. */
  readonly maxCopies?: number
}

interface Watched {
  readonly span: Span
  readonly isRoot: boolean
  dueAtMs: number
}

export class PendingSpans implements SpanProcessor {
  readonly #options: Required<PendingSpansOptions>
  // In order of their start: the oldest first.
  #watched = new Map<string, Watched>()
  #timer: NodeJS.Timeout | undefined
  #isShutDown = false

  constructor(options: PendingSpansOptions) {
    this.#options = {
      isWanted: () => true,
      firstAfterMs: 5000,
      heartbeatMs: 30_000,
      sweepMs: 1000,
      maxWatched: 5000,
      maxCopies: 100,
      ...options,
    }
  }

  onStart(span: Span, _parentContext: Context): void {
    const { spanId, traceFlags } = span.spanContext()
    if (this.#isShutDown || (traceFlags & TraceFlags.SAMPLED) === 0) return
    if (this.#watched.size >= this.#options.maxWatched) return
    const parent = span.parentSpanContext
    const isRoot = parent === undefined || parent.isRemote === true
    this.#watched.set(spanId, { span, isRoot, dueAtMs: performance.now() + this.#options.firstAfterMs })
    this.#timer ??= setInterval(() => this.#sweep(), this.#options.sweepMs).unref()
  }

  onEnd(span: ReadableSpan): void {
    this.#watched.delete(span.spanContext().spanId)
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#isShutDown = true
    this.#watched.clear()
    this.#stop()
  }

  #sweep(): void {
    if (this.#watched.size === 0) {
      this.#stop()
      return
    }
    const now = performance.now()
    const due = [...this.#watched.values()].filter((watched) => watched.dueAtMs <= now)
    const first = [...due.filter(({ isRoot }) => isRoot), ...due.filter(({ isRoot }) => !isRoot)].slice(
      0,
      this.#options.maxCopies,
    )
    if (first.length === 0 || !this.#options.isWanted()) return
    for (const watched of first) watched.dueAtMs = now + this.#options.heartbeatMs
    this.#options.send(first.map(({ span }) => copyRunning(span)))
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** A copy that shares nothing with the span that the agent goes on writing on. */
function copyRunning(span: Span): ReadableSpan {
  const context = span.spanContext()
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: [0, 0],
    status: { ...span.status },
    // Values are never changed in place: a new one replaces the old.
    attributes: { ...span.attributes, [ATTR_HOLDFAST_SPAN_RUNNING]: true } satisfies Attributes,
    links: [...span.links],
    events: [...span.events],
    duration: [0, 0],
    ended: false,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  }
}
