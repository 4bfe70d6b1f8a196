/**
 * TraceStore: the one port to where spans are kept and found again.
 *
 * What an adapter MUST guarantee is said at each method and tested by conformance.ts, which every adapter runs.
 * The coordinator (persist/) writes; the Query API (query/) reads. An adapter shows a span once, however often and in
 * whatever order its copies arrive: of the copies of one (trace id, span id) the first finished one stays, and a
 * finished one replaces one that was sent while it was still running. Of the running ones the last to arrive stays.
 *
 * It counts a model call once, however many spans tell of it: of a model call's span and one directly inside it, both
 * with tokens, the inner one's are added up, or the outer one's where the inner one tells less (ADR 0007).
 */
import type { Span } from '../trace/span.ts'
import type { TraceSummary } from '../trace/trace-summary.ts'
import type { AskedPeriods, FingerprintRanking, RankingPage } from './fingerprint-ranking.ts'
import type { CallGrouping, ModelCallGroup } from './model-call-group.ts'

/** Bytes of one body, or of one payload of it, ready to be decoded: protobuf ExportTraceServiceRequest, uncompressed. */
export interface BodyToWrite {
  readonly bodyId: bigint
  /** UTC day of arrival, `2026-11-23`. */
  readonly arrivalDay: string
  readonly bytes: Uint8Array
  /** Index, within the body, of the first span in `bytes`. */
  readonly firstSpanIndex: number
  /** Where each payload in `bytes` ends, as the number of spans up to and with it. */
  readonly payloadSpanEnds: readonly number[]
}

/** What became of the spans of one body. stored + duplicate = the spans in it; `replaced` counts rows it took over. */
export interface WriteOutcome {
  readonly stored: number
  readonly duplicate: number
  /** Running spans, stored before, whose place was taken by a finished one or by a later copy of themselves. */
  readonly replaced: number
  /** Payloads of which no span was new. */
  readonly duplicatePayloads: number
}

export interface ReadOptions {
  /** Cancels the work in the database too. */
  readonly signal?: AbortSignal
}

export interface TraceQuery {
  /** Both match any one span of the trace; given together, the same span. */
  readonly service?: string | undefined
  readonly name?: string | undefined
  /** `error`: at least one span with status error; `ok`: none. */
  readonly status?: 'ok' | 'error' | undefined
  readonly minDurationNano?: bigint | undefined
  readonly maxDurationNano?: bigint | undefined
  /** A span of the trace has exactly this one, as trace/fingerprint.ts keeps it; not necessarily the span of `service`. */
  readonly fingerprint?: string | undefined
  /** On the trace's start; from is included, to is not. */
  readonly fromUnixNano?: bigint | undefined
  readonly toUnixNano?: bigint | undefined
  readonly limit: number
  /** Traces come newest start first, ties by descending trace id; the page begins behind this one. */
  readonly after?: TracePosition | undefined
}

export interface TracePosition {
  readonly startUnixNano: bigint
  readonly traceId: string
}

export interface SpanQuery {
  readonly limit: number
  /** Spans come by ascending (start, span id). */
  readonly after?: { readonly startUnixNano: bigint; readonly spanId: string } | undefined
}

/** What spans tell of a model call's tokens; undefined is what was not told. */
export interface TokenCounts {
  /** Includes what was read from and written to a cache. */
  readonly inputTokens: number | undefined
  /** Includes reasoning. */
  readonly outputTokens: number | undefined
  readonly cacheReadTokens: number | undefined
  readonly cacheWriteTokens: number | undefined
  readonly reasoningTokens: number | undefined
}

/**
 * A span as the index knows it, without reading bodies. Words are those of OpenTelemetry's conventions for GenAI, also
 * where the span has them under the names of another dialect; undefined: not told, or not kept in the index.
 */
export interface SpanRow extends TokenCounts {
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly serviceName: string
  readonly startUnixNano: bigint
  readonly durationNano: bigint
  readonly statusCode: number
  readonly running: boolean
  /** Of a running span, when its newest copy was received. */
  readonly lastHeardAt: Date | undefined
  /** A model call whose tokens the trace's summary adds up. */
  readonly countsTokens: boolean
  readonly genAiOperation: string | undefined
  readonly provider: string | undefined
  readonly requestModel: string | undefined
  readonly responseModel: string | undefined
  readonly agent: string | undefined
  readonly tool: string | undefined
  readonly mcpMethod: string | undefined
  /** What brought the span its parent: `mcp.meta`, `http.header`, `none`. */
  readonly contextCarrier: string | undefined
  readonly errorType: string | undefined
  /** As trace/fingerprint.ts keeps it. */
  readonly fingerprint: string | undefined
}

/** A call of a model, once, whatever number of spans told of it. */
export interface ModelCall extends TokenCounts {
  readonly traceId: string
  readonly spanId: string
  readonly startUnixNano: bigint
  readonly operation: string | undefined
  readonly provider: string | undefined
  readonly requestModel: string | undefined
  readonly responseModel: string | undefined
}

export interface Operation {
  readonly service: string
  readonly name: string
  readonly kind: number
}

/** A body that holds spans of a trace. */
export interface TraceBody {
  readonly bodyId: bigint
  readonly arrivalDay: string
  readonly spanCount: number
}

export interface TraceStore {
  /**
   * Writes the spans of `bodies`. MUST be atomic: all or nothing, within the coordinator's transaction where the
   * adapter lives in the queue's database (`transaction` is that adapter's own handle), else idempotent.
   * @returns one outcome a body, in order
   * @throws PermanentFailure when retrying cannot help; anything else counts as retryable
   */
  write(transaction: unknown, bodies: readonly BodyToWrite[]): Promise<readonly WriteOutcome[]>

  findTraces(query: TraceQuery, options?: ReadOptions): Promise<readonly TraceSummary[]>

  findTrace(traceId: string, options?: ReadOptions): Promise<TraceSummary | undefined>

  /** Rows of one page; empty when the trace is unknown. */
  listSpans(traceId: string, query: SpanQuery, options?: ReadOptions): Promise<readonly SpanRow[]>

  /**
   * The same page with everything OTLP said of each span. MUST return the copy that is counted.
   * @returns spans in the order of listSpans
   * @throws ReadBusy when the memory for it is not there now, UnreadableBody when what was stored is damaged (queue/)
   */
  readSpans(traceId: string, query: SpanQuery, options?: ReadOptions): Promise<readonly Span[]>

  /**
   * The trace as OTLP: chunks that put end to end are one TracesData message. Each span's bytes MUST be those that were
   * accepted; resources and scopes may repeat. Yields nothing when the trace is unknown.
   */
  readRaw(traceId: string, options?: ReadOptions): AsyncIterable<Uint8Array>

  /**
   * The model calls of these traces by start and span id, each once: of nested spans for one call the inner one, and
   * before one without tokens the one that tells them. The calls that tell tokens are exactly those that the summary
   * adds up.
   * @param page.limit of each trace
   * @returns an entry for each trace that has any
   */
  listModelCalls(
    traceIds: readonly string[],
    page: { limit: number },
    options?: ReadOptions,
  ): Promise<ReadonlyMap<string, readonly ModelCall[]>>

  /**
   * Whether others call this operation: in one of the newest traces of which it is not the root, a span of it has its
   * parent in another service, or a CLIENT span as its parent. Then one without a parent has lost it. Looks at a bounded
   * number of traces and of their spans; of operations whose name the index does not list, it knows nothing: false.
   */
  isCalledByOthers(operation: Operation, options?: ReadOptions): Promise<boolean>

  /**
   * The fingerprints of the traces that start in from..to, with what became of them there and in the period before.
   * @param page.limit the first so many in this order
   */
  rankFingerprints(
    periods: AskedPeriods,
    page: RankingPage,
    options?: ReadOptions,
  ): Promise<FingerprintRanking>

  /**
   * The model calls, as listModelCalls has them, of the traces of both periods with these fingerprints, as they are kept:
   * added up by fingerprint, period, provider and models, and by all that `grouping` names.
   * @param batches fingerprints that are asked for at a time
   * @returns the groups of each batch, in their order; nothing is read of one that is not asked for any more
   */
  groupModelCalls(
    periods: AskedPeriods,
    batches: readonly (readonly string[])[],
    grouping: CallGrouping,
    options?: ReadOptions,
  ): AsyncIterable<readonly ModelCallGroup[]>

  /** Which bodies hold the trace's spans. */
  findTraceBodies(traceId: string, options?: ReadOptions): Promise<readonly TraceBody[]>

  /** Names of services, sorted; bounded by `limit`, beginning behind `after`. */
  listServices(
    page: { limit: number; after?: string | undefined },
    options?: ReadOptions,
  ): Promise<readonly string[]>

  /** Sorted by (service, name, kind), beginning behind `after`. */
  listOperations(
    page: { service?: string | undefined; limit: number; after?: Operation | undefined },
    options?: ReadOptions,
  ): Promise<readonly Operation[]>
}

/** A payload that no retry can persist; it is parked with this code and message. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
