// The agent of both client programs: an agent's span, baggage, and one tool call after the other.
import { context, propagation, trace } from '@opentelemetry/api'
import type { TelemetryService } from '../../../packages/telemetry/src/index.ts'
import type { PlannedCall } from './client-options.ts'

export interface CallReport {
  readonly tool: string
  /** The text of the answer; null when the call failed. */
  readonly text: string | null
  /** Whether the answer was marked as a tool error. */
  readonly isError: boolean
  /** What the SDK threw instead of answering. */
  readonly thrown: string | null
}

/** Printed as one line of JSON at the end. */
export interface AgentReport {
  /** Null without telemetry. */
  readonly agent: { readonly traceId: string; readonly spanId: string } | null
  readonly protocolVersion: string | null
  readonly calls: readonly CallReport[]
}

type CallTool = (call: PlannedCall) => Promise<unknown>

export async function runAgent(
  telemetry: TelemetryService | undefined,
  planned: readonly PlannedCall[],
  protocolVersion: string | undefined,
  callTool: CallTool,
): Promise<AgentReport> {
  const calls: CallReport[] = []
  const callAll = async (): Promise<AgentReport> => {
    for (const call of planned) calls.push(await callOne(call, callTool))
    const span = trace.getActiveSpan()?.spanContext()
    const agent = span === undefined ? null : { traceId: span.traceId, spanId: span.spanId }
    return { agent, protocolVersion: protocolVersion ?? null, calls }
  }
  if (telemetry === undefined) return callAll()
  const baggage = propagation.createBaggage({ tenant: { value: 'acme & söhne' } })
  return context.with(propagation.setBaggage(context.active(), baggage), () =>
    telemetry.span('invoke_agent tester', { type: 'AGENT' }, callAll),
  )
}

async function callOne(call: PlannedCall, callTool: CallTool): Promise<CallReport> {
  const { tool } = call
  try {
    const answer = (await callTool(call)) as { content?: { text?: string }[]; isError?: boolean }
    const text = answer.content?.[0]?.text ?? null
    return { tool, text, isError: answer.isError === true, thrown: null }
  } catch (error) {
    return { tool, text: null, isError: false, thrown: String(error) }
  }
}
