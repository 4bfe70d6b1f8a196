// What the work inside a span gets to hold. Every method is harmless: nothing throws, a span that has ended or that
// is not recorded takes no notice.
import type { Attributes, Link, Span, SpanKind } from '@opentelemetry/api'
import type { SpanType } from '../conventions.ts'
import type { CapturedContext } from './captured-context.ts'

/** A span under way. */
export interface TelemetrySpan {
  /** 32 hex digits; zeros when nothing is recorded and no trace is under way. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** The OpenTelemetry span itself, for what this interface lacks. */
  readonly otelSpan: Span
  /** Records what went in, as text or JSON, bounded (`input.value`, OpenInference). Replaces what was recorded before. */
  setInputs(inputs: unknown): this
  /** Records what came out (`output.value`). An object with an `error`, or an Error, marks the span failed. */
  setOutputs(outputs: unknown): this
  /** Sets attributes. Values that OpenTelemetry 2.x would drop (objects, mixed arrays) become JSON text. */
  setAttributes(attributes: Readonly<Record<string, unknown>>): this
  /** Adds an event at this moment. */
  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): this
  /** Marks the span failed (`error.type`, status ERROR, an `exception` event); does not end it. */
  recordError(error: unknown): this
}

/** How a span begins. */
export interface SpanOptions {
  readonly type?: SpanType | undefined
  /** As `setInputs`. */
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  /** INTERNAL unless told. */
  readonly kind?: SpanKind | undefined
  readonly links?: Link[] | undefined
  /** The parent, instead of the active context; `root` begins a trace of its own. */
  readonly parent?: CapturedContext | 'root' | undefined
}

/** A finished span as plain data, as `finishedSpans()` gives it. */
export interface FinishedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  /** INTERNAL, SERVER, CLIENT, PRODUCER or CONSUMER. */
  readonly kind: string
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly links: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly attributes: Attributes
  }[]
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message: string | undefined }
  readonly startTime: Date
  readonly durationMs: number
  readonly resource: Readonly<Record<string, unknown>>
  readonly scopeName: string
}
