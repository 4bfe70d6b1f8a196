// A span from its start to its end, with the context that its work runs in. It ends once, whoever ends it first.
import type { Context } from '@opentelemetry/api'
import type { Containment } from './containment.ts'
import type { RecordedSpan } from './recorded-span.ts'

/** What a typed call wants to see go by: the result of the work, or each item of its stream. */
export interface ResultObserver {
  /** A result that is not a stream; or what a generator returned. */
  readonly onResult?: (value: unknown) => void
  readonly onStream?: () => void
  readonly onFirstItem?: (secondsSinceStart: number) => void
  readonly onItem?: (item: unknown) => void
  /** Before the span ends, however it does. */
  readonly onEnd?: () => void
}

export class OpenedSpan {
  readonly span: RecordedSpan
  readonly context: Context
  readonly containment: Containment
  readonly observer: ResultObserver
  readonly startedAtMs = performance.now()
  #isEnded = false
  #onEnd: (() => void) | undefined

  constructor(span: RecordedSpan, context: Context, containment: Containment, observer: ResultObserver) {
    this.span = span
    this.context = context
    this.containment = containment
    this.observer = observer
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Called once, when the span ends. */
  set onEnd(callback: () => void) {
    this.#onEnd = callback
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.containment.run('completing a span', () => this.observer.onEnd?.(), undefined)
    // A processor of the application's may throw here.
    this.containment.run('ending a span', () => this.span.otelSpan.end(), undefined)
    this.#onEnd?.()
  }

  /** Ends the span as that of work that returned `value`. */
  finish(value: unknown): void {
    if (!this.#isEnded)
      this.containment.run('reading a result', () => this.observer.onResult?.(value), undefined)
    this.end()
  }

  /** Ends the span as that of work that threw. */
  fail(error: unknown): void {
    if (!this.#isEnded) this.span.recordError(error)
    this.end()
  }
}
