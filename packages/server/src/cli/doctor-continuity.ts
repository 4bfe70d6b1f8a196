import type {
  BrokenHop,
  JoinedHop,
  Problem,
  TraceDetail,
  TraceItem,
  TraceList,
  UndecidedHop,
} from '../query/contract.ts'
import { formatDate } from '../query/instant.ts'
import { askServer, askServerAnyway, failureOf } from './ask-server.ts'

/** Calls of one kind between two services, in all the traces that were looked at. */
export interface HopGroup {
  /** null: that side is in none of the traces. */
  readonly from: string | null
  readonly to: string | null
  /** The MCP method with its tool, else the name of the called span. */
  readonly call: string
  joined: number
  broken: number
  undecided: number
  /** How often each carrier brought the context; `unknown` where the called side does not tell. */
  readonly carriers: Record<string, number>
  /** A trace with a broken one, else with any. */
  example_trace_id: string
}

export interface BrokenInTrace extends BrokenHop {
  readonly trace_id: string
}

export interface ContinuityReport {
  readonly url: string
  /** Traces that began then or later. */
  readonly since: string
  readonly traces: number
  /** There are more traces in that time than were looked at. */
  readonly more_traces: boolean
  /** Traces of which only the first 10 000 spans were looked at. */
  readonly incomplete_traces: number
  readonly joined_count: number
  readonly broken_count: number
  readonly undecided_count: number
  /** Broken ones that were not to be told; not in `broken_count`. */
  readonly ignored_count: number
  /** Counted, and in neither list: of a trace the server lists the first 1000 of each kind. */
  readonly unlisted_count: number
  readonly hops: readonly HopGroup[]
  readonly broken: readonly BrokenInTrace[]
}

export interface ContinuityRequest {
  readonly sinceMs: number
  /** Traces. */
  readonly limit: number
  readonly now: Date
  /** Reasons, services and tools whose breaks are not to be told. */
  readonly ignore?: readonly string[]
}

const tracesPerPage = 500
const detailsAtOnce = 4

/** Asks the server for the continuity of recent traces, newest first, and adds it up. */
export async function examineContinuity(
  url: string,
  { sinceMs, limit, now, ignore = [] }: ContinuityRequest,
): Promise<ContinuityReport> {
  const since = formatDate(new Date(Math.max(0, now.getTime() - sinceMs)))
  const { traces, hasMore } = await findTraces(url, since, limit)
  const report = new Report(new Set(ignore))
  for (let next = 0; next < traces.length; next += detailsAtOnce) {
    const some = traces.slice(next, next + detailsAtOnce)
    for (const detail of await Promise.all(some.map((trace) => readDetail(url, trace)))) {
      if (detail !== undefined) report.add(detail)
    }
  }
  return { url, since, traces: traces.length, more_traces: hasMore, ...report.result() }
}

async function findTraces(
  url: string,
  start: string,
  limit: number,
): Promise<{ traces: TraceItem[]; hasMore: boolean }> {
  const traces: TraceItem[] = []
  let cursor: string | undefined
  do {
    const page = { start, cursor, limit: Math.min(tracesPerPage, limit - traces.length) }
    const { items, next_cursor } = await askServer<TraceList>(url, '/api/v1/traces', page)
    traces.push(...items)
    cursor = next_cursor ?? undefined
  } while (cursor !== undefined && traces.length < limit)
  return { traces, hasMore: cursor !== undefined }
}

/** @returns undefined when the trace has gone in the meantime */
async function readDetail(url: string, { trace_id }: TraceItem): Promise<TraceDetail | undefined> {
  const { status, body } = await askServerAnyway<TraceDetail>(url, `/api/v1/traces/${trace_id}`)
  if (status < 300) return body as TraceDetail
  if ((body as Problem).code === 'trace_not_found') return undefined
  throw failureOf(body as Problem)
}

class Report {
  readonly #groups = new Map<string, HopGroup>()
  readonly #broken: BrokenInTrace[] = []
  readonly #ignored: ReadonlySet<string>
  readonly #counts = {
    joined_count: 0,
    broken_count: 0,
    undecided_count: 0,
    ignored_count: 0,
    unlisted_count: 0,
    incomplete_traces: 0,
  }

  constructor(ignored: ReadonlySet<string>) {
    this.#ignored = ignored
  }

  add({ trace_id, continuity }: TraceDetail): void {
    for (const kind of ['joined', 'broken', 'undecided'] as const) {
      this.#counts.unlisted_count += continuity[`${kind}_count`] - continuity[kind].length
    }
    this.#counts.joined_count += continuity.joined_count
    this.#counts.broken_count += continuity.broken_count
    this.#counts.undecided_count += continuity.undecided_count
    if (!continuity.complete) this.#counts.incomplete_traces++
    for (const hop of continuity.joined) {
      const group = this.#groupOf(hop, trace_id)
      group.joined++
      const carrier = hop.carrier ?? 'unknown'
      group.carriers[carrier] = (group.carriers[carrier] ?? 0) + 1
    }
    for (const hop of continuity.broken) {
      if (this.#isIgnored(hop)) {
        this.#counts.broken_count--
        this.#counts.ignored_count++
        continue
      }
      const group = this.#groupOf(hop, trace_id)
      if (group.broken === 0) group.example_trace_id = trace_id
      group.broken++
      this.#broken.push({ trace_id, ...hop })
    }
    for (const hop of continuity.undecided) this.#groupOf(hop, trace_id).undecided++
  }

  result() {
    const hops = [...this.#groups.values()].sort((a, b) => b.broken - a.broken || b.joined - a.joined)
    return { ...this.#counts, hops, broken: this.#broken }
  }

  #isIgnored({ reason, from, to, tool }: BrokenHop): boolean {
    const words = [reason, from?.service_name, to?.service_name, tool ?? undefined]
    return words.some((word) => word !== undefined && this.#ignored.has(word))
  }

  #groupOf(hop: JoinedHop | BrokenHop | UndecidedHop, traceId: string): HopGroup {
    const from = hop.from?.service_name ?? null
    const to = hop.to?.service_name ?? null
    const call = nameCall(hop)
    const key = JSON.stringify([from, to, call])
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const carriers = Object.create(null) as Record<string, number>
    const group = { from, to, call, joined: 0, broken: 0, undecided: 0, carriers, example_trace_id: traceId }
    this.#groups.set(key, group)
    return group
  }
}

function nameCall(hop: JoinedHop | BrokenHop | UndecidedHop): string {
  if (hop.mcp_method !== null) return [hop.mcp_method, hop.tool].filter((part) => part !== null).join(' ')
  return hop.tool ?? (hop.to ?? hop.from)?.name ?? ''
}
