import { isClient, isMcpRequest, isOutgoingCall, type ContinuitySpan, type JoinedHop } from './hop.ts'
import type { TraceTree } from './trace-tree.ts'

export interface Reached<S> {
  /** Spans whose own context arrived in another process, or whose MCP request did. */
  readonly answered: ReadonlySet<S>
  /** Spans of which anything arrived, be it by a request of its own below them: those for a token or a lookup too. */
  readonly touched: ReadonlySet<S>
}

/** Which spans have something of another process below them. */
export function findReached<S extends ContinuitySpan>(
  spans: readonly S[],
  tree: TraceTree<S>,
  joined: readonly JoinedHop<S>[],
): Reached<S> {
  const answered = new Set<S>()
  const touched = new Set<S>()
  const markUp = (from: S): void => {
    // Above a CLIENT span that is no call itself, as one of HTTP, it is not told whose request arrived.
    let marks = answered
    for (let span: S | undefined = from; span !== undefined && !marks.has(span);) {
      marks.add(span)
      touched.add(span)
      if (isClient(span) && !isOutgoingCall(span)) marks = touched
      span = tree.ownParentOf(span)
    }
  }
  for (const { from } of joined) markUp(from)
  for (const request of spans.filter(isMcpRequest)) {
    const call = findCallOf(request, tree)
    if (call !== undefined) markUp(call)
  }
  return { answered, touched }
}

/** The call that an MCP request answers, through whatever HTTP and gateways stand between them. */
function findCallOf<S extends ContinuitySpan>(request: S, tree: TraceTree<S>): S | undefined {
  for (const above of tree.above(request)) {
    if (isMcpRequest(above)) return undefined
    if (isOutgoingCall(above) && isSameCall(above, request)) return above
  }
  return undefined
}

function isSameCall(call: ContinuitySpan, request: ContinuitySpan): boolean {
  if ((call.mcpMethod ?? request.mcpMethod) !== request.mcpMethod) return false
  return call.tool === undefined || request.tool === undefined || call.tool === request.tool
}
