// The public face of the package: what createTelemetry returns.
import type { DeliveryCounts } from '../export/delivery-counts.ts'
import type { BackendName } from '../settings/settings.ts'
import type { CapturedContext } from './captured-context.ts'
import type {
  AgentRun,
  EmbeddingsCall,
  ModelCall,
  ModelCallSpan,
  Retrieval,
  RetrievalSpan,
  ToolCall,
  ToolCallSpan,
} from './typed-calls.ts'
import type { FinishedSpan, SpanOptions, TelemetrySpan } from './telemetry-span.ts'

/**
 * Traces an agent. Whatever happens inside, the result and the errors of the work pass through unchanged, and no
 * method throws or rejects for a reason of its own: failures are counted in `stats()` and said once as a process warning.
 */
export interface TelemetryService {
  /**
   * Runs `work` inside a span, which ends when the work does: at its return, when its promise settles, or, if it gives a
   * generator or an async iterable (itself or in a promise), at the end of that. What the work throws marks the span
   * failed and goes on to the caller.
   * In place of a native promise the caller gets another that settles the same way, and has its own properties. A
   * rejection is to be handled on that: what handles it on the first promise does not. Throws a TypeError without `work`.
   */
  span<T>(name: string, work: (span: TelemetrySpan) => T): T
  span<T>(name: string, options: SpanOptions, work: (span: TelemetrySpan) => T): T
  /** A call of a model: span `{operation} {model}`, kind CLIENT (GenAI conventions, "Inference"). */
  modelCall<T>(call: ModelCall, work: (span: ModelCallSpan) => T): T
  /** The execution of a tool: span `execute_tool {name}`, kind INTERNAL ("Execute tool span"). */
  toolCall<T>(call: ToolCall, work: (span: ToolCallSpan) => T): T
  /** A run of an agent: span `invoke_agent {name}`, INTERNAL, or CLIENT for a remote one ("Invoke agent"). */
  agentRun<T>(run: AgentRun, work: (span: TelemetrySpan) => T): T
  /** Embeddings of texts: span `embeddings {model}`, kind CLIENT ("Embeddings"). */
  embeddings<T>(call: EmbeddingsCall, work: (span: ModelCallSpan) => T): T
  /** A search in a data source: span `retrieval {data source}`, kind CLIENT ("Retrievals"). */
  retrieval<T>(call: Retrieval, work: (span: RetrievalSpan) => T): T
  /**
   * Sets metadata of the whole trace, on the local root span, for as long as that is open: `conversationId`, `sessionId`
   * and `userId` in the conventions' attributes, any other key as a tag. `captured`: for code outside the asynchronous
   * context. False, and counted, when there is no open local root.
   */
  updateCurrentTrace(metadata: TraceMetadata, captured?: CapturedContext): boolean
  /** The span that is active here, whoever began it. */
  currentSpan(): TelemetrySpan | undefined
  /** Takes hold of the active context. */
  captureContext(): CapturedContext
  /** Runs `work` in a captured context. */
  withContext<T>(captured: CapturedContext, work: () => T): T
  /** Writes `traceparent`, `tracestate` and `baggage` (OTEL_PROPAGATORS) into a plain object, a Map or a Headers, and returns it. */
  injectContext<C extends object>(carrier: C, captured?: CapturedContext): C
  /** Reads them, whatever their names' case, from headers as Node, fetch or a plain map has them. */
  extractContext(carrier: object): CapturedContext
  /** Resolves when every ended span is delivered or on disk, or after the time (default 10 000 ms). Never rejects. */
  flush(timeoutMs?: number): Promise<void>
  /** Flushes and ends the service within the time (default 10 000 ms); every call after it is a harmless no-op. Never rejects. */
  shutdown(timeoutMs?: number): Promise<void>
  /** Counters since the start. */
  stats(): TelemetryStats
  /** What ended so far, with the backend `memory` (the last 10 000); else nothing. */
  finishedSpans(): readonly FinishedSpan[]
}

/** What `updateCurrentTrace` takes. Values that are not strings, numbers or booleans become JSON text. */
export interface TraceMetadata {
  readonly conversationId?: string | undefined
  readonly sessionId?: string | undefined
  readonly userId?: string | undefined
  readonly [tag: string]: unknown
}

/** What `stats()` tells. Counters are in spans unless their name says otherwise. */
export interface TelemetryStats {
  readonly backend: BackendName
  /** Failures of this package's own code that were contained, and what the last one was. */
  readonly containedFailures: number
  readonly lastFailure: string | undefined
  /** Calls of `updateCurrentTrace` that found no open local root. */
  readonly missedTraceUpdates: number
  /** One entry a delivery: `otlp`, `mlflow`. */
  readonly deliveries: Readonly<Record<string, DeliveryCounts>>
}
