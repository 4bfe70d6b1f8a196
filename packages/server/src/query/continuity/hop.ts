import type { SpanRow } from '../../store/trace-store.ts'
import type { BreakReason } from './break-reasons.ts'

/** What the evaluation reads of a span. */
export type ContinuitySpan = Pick<
  SpanRow,
  | 'spanId'
  | 'parentSpanId'
  | 'name'
  | 'kind'
  | 'serviceName'
  | 'startUnixNano'
  | 'durationNano'
  | 'statusCode'
  | 'running'
  | 'genAiOperation'
  | 'tool'
  | 'mcpMethod'
  | 'contextCarrier'
  | 'errorType'
>

/** Work that passed, or should have passed, from one process to another. */
export interface JoinedHop<S = ContinuitySpan> {
  readonly from: S
  readonly to: S
}

export interface BrokenHop<S = ContinuitySpan> {
  readonly reason: BreakReason
  /** The calling side; undefined: it is not in this trace. */
  readonly from: S | undefined
  /** The called side, likewise. */
  readonly to: S | undefined
  /** Spans that hang on it: of missing_parent those that name the same parent, else 1. */
  readonly affectedSpans: number
}

/** Why a hop is neither joined nor broken: stable words too (docs/continuity.md). */
export const undecidedWords = ['running', 'too_recent', 'call_failed', 'no_mcp_request'] as const

export interface UndecidedHop<S = ContinuitySpan> {
  readonly because: (typeof undecidedWords)[number]
  readonly from: S | undefined
  readonly to: S | undefined
}

const spanKinds = { server: 2, client: 3, producer: 4, consumer: 5 }

export function isReceiver({ kind }: ContinuitySpan): boolean {
  return kind === spanKinds.server || kind === spanKinds.consumer
}

export function isClient({ kind }: ContinuitySpan): boolean {
  return kind === spanKinds.client
}

/**
 * Requests of MCP that do work for an agent. The others (initialize, ping, lists, notifications) come and go with the
 * connection; clients that trace their calls well leave those without context, and nothing is lost by it.
 */
const methodsOfWork = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** The server's side of an MCP message, also of one that only keeps the connection. */
export function isMcpServer({ kind, mcpMethod }: ContinuitySpan): boolean {
  return kind === spanKinds.server && mcpMethod !== undefined
}

/** The server's side of an MCP request that does work. */
export function isMcpRequest(span: ContinuitySpan): boolean {
  return isMcpServer(span) && methodsOfWork.has(span.mcpMethod!)
}

/**
 * The client's side of a call that something on the other side has to answer: an MCP request (also as attributes on the
 * span of an outer instrumentation, which then is not a CLIENT), or a tool that is executed elsewhere.
 */
export function isOutgoingCall(span: ContinuitySpan): boolean {
  if (isReceiver(span)) return false
  if (span.mcpMethod !== undefined) return methodsOfWork.has(span.mcpMethod)
  return isClient(span) && span.genAiOperation === 'execute_tool'
}

/** Whether work passed from a process to another between a span and its child. */
export function isHop(parent: ContinuitySpan, child: ContinuitySpan): boolean {
  if (parent.serviceName !== child.serviceName) return true
  if (isClient(parent) && child.kind === spanKinds.server) return true
  if (parent.kind === spanKinds.producer && child.kind === spanKinds.consumer) return true
  return !isReceiver(parent) && parent.mcpMethod !== undefined && isMcpRequest(child)
}

/** What a span does, told apart from what others do: the key of its operation. */
export function operationKey({
  serviceName,
  name,
  kind,
}: Pick<ContinuitySpan, 'serviceName' | 'name' | 'kind'>): string {
  return JSON.stringify([serviceName, name, kind])
}

/** Where nothing is known of the time it took, as of a running span, its start. */
export function endOf(span: ContinuitySpan): bigint {
  return span.startUnixNano + (span.durationNano > 0n ? span.durationNano : 0n)
}
