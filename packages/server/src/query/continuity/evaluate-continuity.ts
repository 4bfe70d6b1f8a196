/**
 * Tells where a trace passed from one process to another, and where it should have and did not. Pure: it sees the rows of
 * one trace, and whatever they hold, ends in a time that grows with their number.
 *
 * It judges what has come to rest only. A call under way, one that just ended (the other side's spans come by an export
 * of their own), one that failed before it was answered, and one that may have been answered are undecided.
 */
import type { Operation } from '../../store/trace-store.ts'
import { findReached, type Reached } from './find-reached.ts'
import {
  endOf,
  isHop,
  isClient,
  isMcpRequest,
  isMcpServer,
  isOutgoingCall,
  isReceiver,
  operationKey,
  type BrokenHop,
  type ContinuitySpan,
  type JoinedHop,
  type UndecidedHop,
} from './hop.ts'
import { TraceTree } from './trace-tree.ts'

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
  /** When it received the newest of the trace; undefined: so long ago that it is no longer known. */
  readonly lastHeardAt: Date | undefined
  /** Keys of operations of which it is known that others call them. */
  readonly calledOperations: ReadonlySet<string>
}

// Exporters send every five seconds (OTEL_BSP_SCHEDULE_DELAY), each side by itself.
const arrivesWithinMs = 10_000
const arrivesWithinNano = BigInt(arrivesWithinMs) * 1_000_000n

// A parent is sent when it ends, which may be long after its children: an agent may wait for a model for minutes.
const missedAfterMs = 15 * 60_000

/** Operations whose requests without a parent are suspect, to be asked about before the evaluation; at most `limit`. */
export function findSuspectOperations(spans: readonly ContinuitySpan[], limit: number): Operation[] {
  const operations = new Map<string, Operation>()
  for (const span of findPlainRoots(spans, new TraceTree(spans))) {
    const { serviceName: service, name, kind } = span
    operations.set(operationKey(span), { service, name, kind })
    if (operations.size >= limit) break
  }
  return [...operations.values()]
}

/** @param spans by start */
export function evaluateContinuity<S extends ContinuitySpan>(
  spans: readonly S[],
  context: ContinuityContext,
): Continuity<S> {
  const tree = new TraceTree(spans)
  const joined = findJoined(spans, tree)
  const verdict: Verdict<S> = { broken: [], undecided: [] }
  judgeCalls(spans, tree, findReached(spans, tree, joined), context, verdict)
  judgeRoots(spans, tree, context, verdict)
  if (context.isComplete) judgeOrphans(spans, tree, context, verdict)
  return { joined, ...verdict }
}

function findJoined<S extends ContinuitySpan>(spans: readonly S[], tree: TraceTree<S>): JoinedHop<S>[] {
  return spans.flatMap((to) => {
    const from = tree.parentOf(to)
    return from !== undefined && isHop(from, to) ? [{ from, to }] : []
  })
}

interface Verdict<S> {
  readonly broken: BrokenHop<S>[]
  readonly undecided: UndecidedHop<S>[]
}

/** Calls that were not answered. Of calls within calls, as two instrumentations make them, the inner one is judged. */
function judgeCalls<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  { answered, touched }: Reached<S>,
  context: ContinuityContext,
  { broken, undecided }: Verdict<S>,
): void {
  const isAnswered = (call: S): boolean =>
    answered.has(call) || (call.mcpMethod === undefined && touched.has(call))
  const calls = spans.filter(
    (span) => isOutgoingCall(span) && !isAnswered(span) && !answersWithinProcess(span, tree),
  )
  const outer = new Set(calls.map((call) => tree.climb(call, isOutgoingCall)))
  const lastStart = spans.at(-1)?.startUnixNano ?? 0n
  const newestEnds = findNewestEnds(spans)
  for (const from of calls) {
    if (outer.has(from)) continue
    const because =
      whyUndecided(from, newestEnds, context) ?? (touched.has(from) ? 'no_mcp_request' : undefined)
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

/** Requests that came without context: of MCP, and of any operation that others call. */
function judgeRoots<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  { calledOperations }: ContinuityContext,
  { broken }: Verdict<S>,
): void {
  for (const to of spans) {
    if (!isMcpRequest(to) || rootOfRequest(to, tree) === undefined) continue
    broken.push({ reason: 'context_not_received', from: undefined, to, affectedSpans: 1 })
  }
  for (const to of findPlainRoots(spans, tree)) {
    if (!calledOperations.has(operationKey(to))) continue
    broken.push({ reason: 'root_in_called_service', from: undefined, to, affectedSpans: 1 })
  }
}

/** Requests without a parent that brought no MCP message: of one that did, the message itself is judged. */
function findPlainRoots<S extends ContinuitySpan>(spans: readonly S[], tree: TraceTree<S>): S[] {
  const brought = new Set(spans.filter(isMcpServer).map((message) => rootOfRequest(message, tree)))
  return spans.filter((span) => span.parentSpanId === '' && isReceiver(span) && !brought.has(span))
}

/** The root that an MCP message came by, itself or the HTTP request above it; undefined where that has a parent. */
function rootOfRequest<S extends ContinuitySpan>(message: S, tree: TraceTree<S>): S | undefined {
  if (message.parentSpanId === '') return message
  return tree.climb(message, (span) => isReceiver(span) && span.parentSpanId === '')
}

/** Parents that are named and not here, once each. */
function judgeOrphans<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  context: ContinuityContext,
  { broken, undecided }: Verdict<S>,
): void {
  const orphansOf = new Map<string, { first: S; count: number }>()
  for (const span of spans) {
    if (span.parentSpanId === '' || tree.has(span.parentSpanId)) continue
    const known = orphansOf.get(span.parentSpanId)
    if (known === undefined) orphansOf.set(span.parentSpanId, { first: span, count: 1 })
    else known.count++
  }
  const mayGoOn = quietMs(context) < missedAfterMs
  for (const { first: to, count } of orphansOf.values()) {
    if (mayGoOn) undecided.push({ because: 'running', from: undefined, to })
    else broken.push({ reason: 'missing_parent', from: undefined, to, affectedSpans: count })
  }
}

/** By service, the last that its spans tell of: the clock that its calls go by. */
function findNewestEnds(spans: readonly ContinuitySpan[]): ReadonlyMap<string, bigint> {
  const newest = new Map<string, bigint>()
  for (const span of spans) {
    const end = endOf(span)
    if (end > (newest.get(span.serviceName) ?? end - 1n)) newest.set(span.serviceName, end)
  }
  return newest
}

function whyUndecided(
  call: ContinuitySpan,
  newestEnds: ReadonlyMap<string, bigint>,
  context: ContinuityContext,
): UndecidedHop['because'] | undefined {
  if (call.running) return 'running'
  if (hasFailedUnanswered(call)) return 'call_failed'
  const wentOnNano = (newestEnds.get(call.serviceName) ?? 0n) - endOf(call)
  return quietMs(context) < arrivesWithinMs && wentOnNano < arrivesWithinNano ? 'too_recent' : undefined
}

// The codes by which the official SDK's client says that the connection closed and that its time was up.
const codesOfNoAnswer = new Set(['-32000', '-32001'])

/**
 * A tool's error and a JSON-RPC code are answers. The name of an exception says that none came, and a status of HTTP that
 * something before the server refused.
 */
function hasFailedUnanswered({ statusCode, errorType }: ContinuitySpan): boolean {
  if (statusCode !== 2 || errorType === undefined || errorType === 'tool_error') return false
  return codesOfNoAnswer.has(errorType) || /^[1-5]\d\d$/.test(errorType) || !/^-?\d+$/.test(errorType)
}

/** How long nothing of the trace has arrived, by the server's clock: those of others may be wrong. */
function quietMs({ now, lastHeardAt }: ContinuityContext): number {
  return lastHeardAt === undefined ? Infinity : now.getTime() - lastHeardAt.getTime()
}
