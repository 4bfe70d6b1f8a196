/**
 * Tells where a trace passed from one process to another, and where it should have and did not. Pure: it sees the rows of
 * one trace, and whatever they hold, ends in a time that grows with their number.
 *
 * It judges what has come to rest only. A call under way, one that just ended (the other side's spans come by an export
 * of their own), and one that failed before it was answered are undecided.
 */
import { isSilent, silentAfterMs } from '../silence.ts'
import {
  endOf,
  isHop,
  isClient,
  isMcpRequest,
  isOutgoingCall,
  isReceiver,
  type BrokenHop,
  type ContinuitySpan,
  type JoinedHop,
  type UndecidedHop,
} from './hop.ts'

export interface Continuity<S = ContinuitySpan> {
  readonly joined: readonly JoinedHop<S>[]
  readonly broken: readonly BrokenHop<S>[]
  readonly undecided: readonly UndecidedHop<S>[]
}

export interface ContinuityContext {
  /** The spans are all of the trace; else they are its first ones by start. */
  readonly isComplete: boolean
  /** The server's clock. */
  readonly now: Date
  /** Services of which it is known that others call them. */
  readonly calledServices: ReadonlySet<string>
}

const second = 1_000_000_000n

// Exporters send every five seconds (OTEL_BSP_SCHEDULE_DELAY), each side by itself.
const arrivesWithinNano = 10n * second

// A parent is sent when it ends, which may be long after its children. Silence for so long and it is missed.
const silentAfterNano = BigInt(silentAfterMs) * 1_000_000n

// Clocks that are ahead by more than this say nothing about how recent something is.
const clockSkewNano = 60n * second

// How far up a call's own side is looked for: spans of HTTP, retries and middleware between two that matter.
const maxClimb = 16

/** Services whose requests without a parent are suspect, to be asked about before the evaluation; at most `limit`. */
export function findSuspectServices(spans: readonly ContinuitySpan[], limit: number): string[] {
  const services = new Set<string>()
  for (const span of spans) {
    if (span.parentSpanId === '' && isReceiver(span) && !isMcpRequest(span)) services.add(span.serviceName)
    if (services.size >= limit) break
  }
  return [...services]
}

/** @param spans by start */
export function evaluateContinuity<S extends ContinuitySpan>(
  spans: readonly S[],
  context: ContinuityContext,
): Continuity<S> {
  const tree = new TraceTree(spans)
  const joined: JoinedHop<S>[] = []
  const reached = new Set<S>()
  for (const to of spans) {
    const from = tree.parentOf(to)
    if (from === undefined || !isHop(from, to)) continue
    joined.push({ from, to })
    for (
      let span: S | undefined = from;
      span !== undefined && !reached.has(span);
      span = tree.ownParentOf(span)
    ) {
      reached.add(span)
    }
  }
  const verdict: Verdict<S> = { broken: [], undecided: [] }
  judgeCalls(spans, tree, reached, context, verdict)
  judgeRoots(spans, tree, context, verdict)
  if (context.isComplete) judgeOrphans(spans, tree, context, verdict)
  return { joined, ...verdict }
}

interface Verdict<S> {
  readonly broken: BrokenHop<S>[]
  readonly undecided: UndecidedHop<S>[]
}

/** Calls that reached nothing. Of calls within calls, as two instrumentations make them, the inner one is judged. */
function judgeCalls<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  reached: ReadonlySet<S>,
  context: ContinuityContext,
  { broken, undecided }: Verdict<S>,
): void {
  const calls = spans.filter(
    (span) => isOutgoingCall(span) && !reached.has(span) && !answersWithinProcess(span, tree),
  )
  const outer = new Set(calls.map((call) => tree.climb(call, isOutgoingCall)))
  const lastStart = spans.at(-1)?.startUnixNano ?? 0n
  for (const from of calls) {
    if (outer.has(from)) continue
    const because = whyUndecided(from, context)
    if (because !== undefined) undecided.push({ because, from, to: undefined })
    // What it reached may stand behind the last span that was looked at.
    else if (context.isComplete || endOf(from) < lastStart) {
      broken.push({ reason: 'no_server_span', from, to: undefined, affectedSpans: 1 })
    }
  }
}

/** Below the server's own span of the same request: there it is the work, and not a call of it. */
function answersWithinProcess<S extends ContinuitySpan>(span: S, tree: TraceTree<S>): boolean {
  if (isClient(span)) return false
  const request = tree.climb(
    span,
    (above) => isMcpRequest(above) && above.mcpMethod === span.mcpMethod && above.tool === span.tool,
  )
  return request !== undefined
}

/** Requests that came without context: of MCP, and of any service that others call. */
function judgeRoots<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  { calledServices }: ContinuityContext,
  { broken }: Verdict<S>,
): void {
  const explained = new Set<S>()
  for (const to of spans.filter(isMcpRequest)) {
    // Below the span of the HTTP request it came by, it may be no root itself.
    const root =
      to.parentSpanId === '' ? to : tree.climb(to, (span) => isReceiver(span) && span.parentSpanId === '')
    if (root === undefined) continue
    explained.add(root)
    broken.push({ reason: 'context_not_received', from: undefined, to, affectedSpans: 1 })
  }
  for (const to of spans) {
    if (to.parentSpanId !== '' || !isReceiver(to) || to.mcpMethod !== undefined || explained.has(to)) continue
    if (!calledServices.has(to.serviceName)) continue
    broken.push({ reason: 'root_in_called_service', from: undefined, to, affectedSpans: 1 })
  }
}

/** Parents that are named and not here, once each. */
function judgeOrphans<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  context: ContinuityContext,
  { broken, undecided }: Verdict<S>,
): void {
  const orphansOf = new Map<string, { first: S; count: number }>()
  let newest = 0n
  for (const span of spans) {
    const end = endOf(span)
    if (end > newest) newest = end
    if (span.parentSpanId === '' || tree.has(span.parentSpanId)) continue
    const known = orphansOf.get(span.parentSpanId)
    if (known === undefined) orphansOf.set(span.parentSpanId, { first: span, count: 1 })
    else known.count++
  }
  const isGoingOn =
    spans.some((span) => span.running && !isSilent(span.lastHeardAt, context.now)) ||
    isRecent(newest, context, silentAfterNano)
  for (const { first: to, count } of orphansOf.values()) {
    if (isGoingOn) undecided.push({ because: 'running', from: undefined, to })
    else broken.push({ reason: 'missing_parent', from: undefined, to, affectedSpans: count })
  }
}

function whyUndecided(call: ContinuitySpan, context: ContinuityContext): UndecidedHop['because'] | undefined {
  if (call.running) return 'running'
  if (hasFailedUnanswered(call)) return 'call_failed'
  return isRecent(endOf(call), context, arrivesWithinNano) ? 'too_recent' : undefined
}

// The codes by which the official SDK's client says that the connection closed and that its time was up.
const codesOfNoAnswer = new Set(['-32000', '-32001'])

/** A tool's error and a JSON-RPC code are answers; the name of an exception says that none came. */
function hasFailedUnanswered({ statusCode, errorType }: ContinuitySpan): boolean {
  if (statusCode !== 2 || errorType === undefined || errorType === 'tool_error') return false
  return codesOfNoAnswer.has(errorType) || !/^-?\d+$/.test(errorType)
}

function isRecent(unixNano: bigint, { now }: ContinuityContext, withinNano: bigint): boolean {
  const age = BigInt(now.getTime()) * 1_000_000n - unixNano
  return age < withinNano && age > -clockSkewNano
}

/** Spans by their parents. Parents may be missing, repeat or go in a circle. */
class TraceTree<S extends ContinuitySpan> {
  readonly #byId = new Map<string, S>()

  constructor(spans: readonly S[]) {
    for (const span of spans) this.#byId.set(span.spanId, span)
  }

  has(spanId: string): boolean {
    return this.#byId.has(spanId)
  }

  parentOf(span: S): S | undefined {
    const parent = this.#byId.get(span.parentSpanId)
    return parent === span ? undefined : parent
  }

  /** The parent, where it stands on the same side of a hop and did not receive the work. */
  ownParentOf(span: S): S | undefined {
    const parent = isReceiver(span) ? undefined : this.parentOf(span)
    return parent === undefined || isHop(parent, span) ? undefined : parent
  }

  /** The nearest span above, within the process, of which `test` is true. */
  climb(span: S, test: (above: S) => boolean): S | undefined {
    let above = this.parentOf(span)
    let below = span
    for (let level = 0; level < maxClimb && above !== undefined; level++) {
      if (isHop(above, below)) return undefined
      if (test(above)) return above
      below = above
      above = this.parentOf(above)
    }
    return undefined
  }
}
