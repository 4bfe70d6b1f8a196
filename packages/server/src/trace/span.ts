import type { Attribute } from './attributes.ts'

/** A span with everything OTLP says about it (trace.proto). Ids are lower-case hex, times are Unix nanoseconds. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Empty when the span has no parent. */
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  /** The number on the wire; unknown numbers are kept. */
  readonly kind: number
  readonly startUnixNano: bigint
  readonly endUnixNano: bigint
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly events: readonly SpanEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly SpanLink[]
  readonly droppedLinksCount: number
  readonly status: SpanStatus
  readonly flags: number
  readonly resource: Resource
  readonly scope: Scope
}

export interface SpanEvent {
  readonly timeUnixNano: bigint
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
}

export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly flags: number
}

export interface SpanStatus {
  readonly code: number
  readonly message: string
}

export interface Resource {
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

export interface Scope {
  readonly name: string
  readonly version: string
  readonly attributes: readonly Attribute[]
  readonly droppedAttributesCount: number
  readonly schemaUrl: string
}

const kindWords = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const statusWords = ['unset', 'ok', 'error'] as const

/** Span.SpanKind in words; a number that OTLP does not define reads as `unspecified`. */
export function spanKindWord(kind: number): (typeof kindWords)[number] {
  return kindWords[kind] ?? 'unspecified'
}

/** Status.StatusCode in words; a number that OTLP does not define reads as `unset`. */
export function statusWord(code: number): (typeof statusWords)[number] {
  return statusWords[code] ?? 'unset'
}

/** Marks, with the value true, a span that was sent before it ended; its finished copy, or a later running one, takes its place. */
export const runningAttribute = 'holdfast.span.running'
