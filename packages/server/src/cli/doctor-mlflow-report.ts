// Where the traces of a time differ between Holdfast and MLflow. Bounded: the newest traces of each, and of each trace
// the first spans.
import type { Problem, SpanList, TraceItem, TraceList } from '../query/contract.ts'
import { formatDate } from '../query/instant.ts'
import { askServer, askServerAnyway, failureOf } from './ask-server.ts'
import { compareSpans, type Difference, type SpanFacts, type SpansById } from './doctor-mlflow-compare.ts'
import {
  listTraces,
  readTraces,
  type Experiment,
  type MlflowServer,
  type MlflowTrace,
  type MlflowTraceItem,
} from './doctor-mlflow-client.ts'

export interface DivergentTrace extends Difference {
  readonly trace_id: string
  readonly start_time: string
  /** null: nobody told it. */
  readonly service_name: string | null
  readonly root_name: string | null
}

export interface MlflowReport {
  readonly url: string
  readonly mlflow_url: string
  readonly experiment: Experiment
  /** Traces that began then or later. */
  readonly since: string
  /** Of either side only the newest were compared: those that began at or after this. Null: all of that time. */
  readonly compared_from: string | null
  readonly compared_traces: number
  readonly equal_traces: number
  /** They differ, but had spans in the last seconds: what is missing may be on its way. */
  readonly unsettled_traces: number
  /** Not compared: too many spans. */
  readonly oversized_traces: number
  /** Spans that still run; MLflow gets them when they end. */
  readonly running_spans: number
  /** Traces that MLflow keeps in another experiment: there their first spans were sent to. */
  readonly elsewhere: readonly { readonly trace_id: string; readonly experiment_id: string }[]
  readonly divergences: readonly DivergentTrace[]
}

export interface ComparisonRequest {
  readonly url: string
  readonly mlflow: MlflowServer
  readonly experiment: Experiment
  readonly since: Date
  readonly now: Date
  /** Traces, of each side. */
  readonly limit: number
  /** Only traces that this service takes part in. */
  readonly service: string | undefined
}

/** The batch processors' delay of 5 s, the way there, and a retry. */
const settledAfterMs = 15_000
const spansAtMost = 10_000
const spansPerPage = 1000
const tracesPerPage = 500
/** MLflow answers with all the content of a trace. */
const tracesAtOnce = 5

interface Candidate {
  readonly traceId: string
  readonly startTime: Date
  readonly endTime: Date
  readonly serviceName: string | undefined
  readonly name: string | undefined
}

/** Asks both for their traces of the time and compares them span by span. */
export async function compareWithMlflow(request: ComparisonRequest): Promise<MlflowReport> {
  const window = { start: request.since, end: request.now }
  const ours = await listHoldfastTraces(request)
  const theirs = await listTraces(request.mlflow, request.experiment, window, request.limit)
  const from = latest([cutOf(ours.traces, ours.hasMore), cutOf(theirs.traces, theirs.hasMore)])
  const candidates = merge(ours.traces, filterByService(theirs.traces, request.service)).filter(
    ({ startTime }) => from === undefined || startTime >= from,
  )
  const comparison = new Comparison(request)
  for (let next = 0; next < candidates.length; next += tracesAtOnce) {
    await comparison.add(candidates.slice(next, next + tracesAtOnce))
  }
  return {
    url: request.url,
    mlflow_url: request.mlflow.url,
    experiment: request.experiment,
    since: formatDate(request.since),
    compared_from: from === undefined ? null : formatDate(from),
    ...comparison.result(),
  }
}

class Comparison {
  readonly #request: ComparisonRequest
  readonly #divergences: DivergentTrace[] = []
  readonly #elsewhere: { trace_id: string; experiment_id: string }[] = []
  readonly #counts = {
    compared_traces: 0,
    equal_traces: 0,
    unsettled_traces: 0,
    oversized_traces: 0,
    running_spans: 0,
  }

  constructor(request: ComparisonRequest) {
    this.#request = request
  }

  async add(candidates: readonly Candidate[]): Promise<void> {
    const ids = candidates.map(({ traceId }) => traceId)
    const [theirs, ...ours] = await Promise.all([
      readTraces(this.#request.mlflow, ids),
      ...ids.map((id) => readHoldfastSpans(this.#request.url, id)),
    ])
    candidates.forEach((candidate, index) => {
      const spans = ours[index]!
      if (spans === 'too many') this.#counts.oversized_traces++
      else this.#compare(candidate, spans, theirs.get(candidate.traceId))
    })
  }

  result() {
    return { ...this.#counts, elsewhere: this.#elsewhere, divergences: this.#divergences }
  }

  #compare(candidate: Candidate, ours: HoldfastSpans, theirs: MlflowTrace | undefined): void {
    const { traceId, startTime, endTime, serviceName, name } = candidate
    this.#counts.compared_traces++
    this.#counts.running_spans += ours.running.size
    if (theirs !== undefined && theirs.experimentId !== this.#request.experiment.id) {
      this.#elsewhere.push({ trace_id: traceId, experiment_id: theirs.experimentId })
    }
    // A span that MLflow has already and whose end is not here yet is neither here nor there.
    const ended = [...(theirs?.spans ?? [])].filter(([id]) => !ours.running.has(id))
    const difference = compareSpans(ours.finished, new Map(ended.map(([id, failed]) => [id, { failed }])))
    if (difference === undefined) {
      this.#counts.equal_traces++
    } else if (this.#request.now.getTime() - endTime.getTime() < settledAfterMs) {
      this.#counts.unsettled_traces++
    } else {
      this.#divergences.push({
        trace_id: traceId,
        start_time: formatDate(startTime),
        service_name: serviceName ?? null,
        root_name: name ?? null,
        ...difference,
      })
    }
  }
}

async function listHoldfastTraces(
  request: ComparisonRequest,
): Promise<{ traces: Candidate[]; hasMore: boolean }> {
  const { url, since, now, limit, service } = request
  const window = { start: formatDate(since), end: formatDate(now), service }
  const traces: Candidate[] = []
  let cursor: string | undefined
  do {
    const page = { ...window, cursor, limit: Math.min(tracesPerPage, limit - traces.length) }
    const { items, next_cursor } = await askServer<TraceList>(url, '/api/v1/traces', page)
    traces.push(...items.map(readCandidate))
    cursor = next_cursor ?? undefined
  } while (cursor !== undefined && traces.length < limit)
  return { traces, hasMore: cursor !== undefined }
}

function readCandidate(item: TraceItem): Candidate {
  return {
    traceId: item.trace_id,
    startTime: new Date(item.start_time),
    endTime: new Date(item.end_time),
    serviceName: item.service_name,
    name: item.root_name,
  }
}

interface HoldfastSpans {
  readonly finished: SpansById
  readonly running: ReadonlySet<string>
}

/** No spans at all when the trace is not known. */
async function readHoldfastSpans(url: string, traceId: string): Promise<HoldfastSpans | 'too many'> {
  const finished = new Map<string, SpanFacts>()
  const running = new Set<string>()
  let cursor: string | undefined
  do {
    const path = `/api/v1/traces/${traceId}/spans`
    const { status, body } = await askServerAnyway<SpanList>(url, path, { cursor, limit: spansPerPage })
    if ((body as Problem).code === 'trace_not_found') break
    if (status >= 300) throw failureOf(body as Problem)
    const { items, next_cursor } = body as SpanList
    for (const span of items) {
      if (span.running) running.add(span.span_id)
      else finished.set(span.span_id, { failed: span.status === 'error', serviceName: span.service_name })
    }
    if (finished.size + running.size >= spansAtMost) return 'too many'
    cursor = next_cursor ?? undefined
  } while (cursor !== undefined)
  return { finished, running }
}

/** Where a list that was cut off ends; nothing is known of what is older. */
function cutOf(traces: readonly { readonly startTime: Date }[], hasMore: boolean): Date | undefined {
  return hasMore ? traces.at(-1)?.startTime : undefined
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  const known = dates.filter((date) => date !== undefined).map((date) => date.getTime())
  return known.length === 0 ? undefined : new Date(Math.max(...known))
}

/** MLflow tells one service of a trace; where it tells none, the trace may be of any. */
function filterByService(traces: readonly MlflowTraceItem[], service: string | undefined): MlflowTraceItem[] {
  return traces.filter(({ serviceName }) => service === undefined || (serviceName ?? service) === service)
}

function merge(ours: readonly Candidate[], theirs: readonly Candidate[]): Candidate[] {
  const byId = new Map([...theirs, ...ours].map((candidate) => [candidate.traceId, candidate]))
  return [...byId.values()].sort((a, b) => b.startTime.getTime() - a.startTime.getTime())
}
