/** A value as the recipes write it. A whole number becomes an int64, `{ double }` a double. */
export type DraftValue = string | number | boolean | { readonly double: number } | readonly string[]
export type DraftAttributes = readonly (readonly [string, DraftValue])[]

/** SpanKind of opentelemetry-proto trace.proto. */
export const kinds = { internal: 1, server: 2, client: 3, producer: 4 } as const

/** One running process: what its resource says. */
export interface Instance {
  readonly serviceName: string
  readonly attributes: DraftAttributes
}

/** A span before it gets ids and a time. */
export interface SpanDraft {
  readonly instance: Instance
  readonly scope: string
  readonly name: string
  readonly kind: number
  readonly attributes: DraftAttributes
  /** undefined: the root. */
  readonly parent: SpanDraft | undefined
  /** Since the start of the trace. */
  readonly startMs: number
  endMs: number
  error?: { readonly type: string; readonly message: string; readonly stack: string }
}

/** Builds one trace by telling its story in order: open, let time pass, close. */
export class TraceDraft {
  readonly #spans: SpanDraft[] = []
  #clockMs = 0

  open(span: Omit<SpanDraft, 'startMs' | 'endMs' | 'error'>): SpanDraft {
    const opened = { ...span, startMs: this.#clockMs, endMs: this.#clockMs }
    this.#spans.push(opened)
    return opened
  }

  pass(milliseconds: number): void {
    this.#clockMs += milliseconds
  }

  close(span: SpanDraft, afterMs = 0): void {
    this.#clockMs += afterMs
    span.endMs = this.#clockMs
  }

  /** In the order in which exporters see them: a span is exported when it ends, so the root comes last. */
  finish(): readonly SpanDraft[] {
    return this.#spans
      .map((span, order) => ({ span, order }))
      .sort((a, b) => a.span.endMs - b.span.endMs || b.order - a.order)
      .map(({ span }) => span)
  }
}
