/**
 * Looks for the trace that holds the other side of a broken hop. A guess by name and time, told as such: of calls of one
 * name at the same moment it may take the neighbour's.
 */
import type { ReadOptions, TraceStore } from '../../store/trace-store.ts'
import type { SpanRow } from '../../store/trace-store.ts'
import { endOf, isHop, isMcpRequest, isOutgoingCall, isReceiver, type BrokenHop } from './hop.ts'

const second = 1_000_000_000n

// Two machines' clocks.
const clockSkewNano = second

// A call stands in a trace that may have begun long before it.
const traceBeganWithinNano = 600n * second

const candidatesPerName = 5
const spansOfCandidate = 1000

/** @param usedTraceIds traces that are not to be named: this one, and those that are the half of another hop */
export async function findOtherHalf(
  store: TraceStore,
  hop: BrokenHop<SpanRow>,
  usedTraceIds: ReadonlySet<string>,
  options: ReadOptions,
): Promise<string | undefined> {
  if (hop.from !== undefined) return findCalledSide(store, hop.from, usedTraceIds, options)
  if (hop.to !== undefined && hop.reason !== 'missing_parent') {
    return findCallingSide(store, hop.to, usedTraceIds, options)
  }
  return undefined
}

/** A trace that began with a request of the call's name while the call was under way. */
async function findCalledSide(
  store: TraceStore,
  call: SpanRow,
  usedTraceIds: ReadonlySet<string>,
  options: ReadOptions,
): Promise<string | undefined> {
  const from = call.startUnixNano - clockSkewNano
  const to = endOf(call) + clockSkewNano
  const matches = (span: SpanRow): boolean =>
    span.startUnixNano >= from &&
    span.startUnixNano <= to &&
    (isMcpRequest(span) || (isReceiver(span) && span.parentSpanId === ''))
  return await findTraceWith(store, serverNamesOf(call), { from, to }, matches, usedTraceIds, options)
}

/** A trace with a call of the request's name, under way when the request came, that reached nothing. */
async function findCallingSide(
  store: TraceStore,
  request: SpanRow,
  usedTraceIds: ReadonlySet<string>,
  options: ReadOptions,
): Promise<string | undefined> {
  const { startUnixNano } = request
  const to = startUnixNano + clockSkewNano
  const matches = (span: SpanRow, spans: readonly SpanRow[]): boolean =>
    isOutgoingCall(span) &&
    span.startUnixNano <= to &&
    (span.running || endOf(span) >= startUnixNano - clockSkewNano) &&
    !spans.some((child) => child.parentSpanId === span.spanId && isHop(span, child))
  const range = { from: startUnixNano - traceBeganWithinNano, to }
  return await findTraceWith(store, clientNamesOf(request), range, matches, usedTraceIds, options)
}

async function findTraceWith(
  store: TraceStore,
  names: readonly string[],
  range: { from: bigint; to: bigint },
  matches: (span: SpanRow, spans: readonly SpanRow[]) => boolean,
  usedTraceIds: ReadonlySet<string>,
  options: ReadOptions,
): Promise<string | undefined> {
  for (const name of names) {
    const query = { name, fromUnixNano: range.from, toUnixNano: range.to + 1n, limit: candidatesPerName }
    for (const { traceId } of await store.findTraces(query, options)) {
      if (usedTraceIds.has(traceId)) continue
      const spans = await store.listSpans(traceId, { limit: spansOfCandidate }, options)
      if (spans.some((span) => span.name === name && matches(span, spans))) return traceId
    }
  }
  return undefined
}

/** Both sides have one name by the conventions for MCP; Python's `mcp` says on the client's side what it does. */
const pythonClientPrefix = 'MCP send '

function serverNamesOf({ name, mcpMethod, tool }: SpanRow): string[] {
  const bare = name.startsWith(pythonClientPrefix) ? name.slice(pythonClientPrefix.length) : name
  const byConvention = tool === undefined ? [] : [`${mcpMethod ?? 'tools/call'} ${tool}`]
  return [...new Set([bare, ...byConvention])]
}

function clientNamesOf({ name, tool }: SpanRow): string[] {
  const byTool = tool === undefined ? [] : [`execute_tool ${tool}`]
  return [name, pythonClientPrefix + name, ...byTool]
}
