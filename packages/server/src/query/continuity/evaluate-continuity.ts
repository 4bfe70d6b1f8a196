/**
 * Tells where a trace passed from one process to another, and where it should have and did not. Pure: it sees the rows of
 * one trace, and whatever they hold, ends in a time that grows with their number.
 *
 * It judges what has come to rest only. A call under way, one that just ended (the other side's spans come by an export
 * of their own), and one that failed before it was answered are undecided.
 */
import type { Operation } from '../../store/trace-store.ts'
import { isSilent, silentAfterMs } from '../silence.ts'
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
  /** Keys of operations of which it is known that others call them. */
  readonly calledOperations: ReadonlySet<string>
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
