// "If the MCP instrumentation can reliably detect that outer GenAI instrumentation is already tracing the tool
// execution, it SHOULD NOT create a separate span" (gen-ai/mcp.md, "Client", "Server"). It can where the active span
// shows its attributes, as those of the SDKs do.
import { SpanKind, type Span } from '@opentelemetry/api'
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_TOOL_NAME, ATTR_MCP_METHOD_NAME } from '../conventions.ts'
import type { MessageDescription } from './message-attributes.ts'
import { isRecord } from './mcp-shapes.ts'

/** An outer span stands for one call: a second one below it (a retry) gets a span of its own. */
const borrowed = new WeakSet<Span>()

/**
 * The active span, if it is about this very message. A SERVER span never is about a call that goes out: a gateway's
 * tool calls the tool of the same name behind it.
 */
export function borrowOuterSpan(
  active: Span | undefined,
  message: MessageDescription,
  side: SpanKind.CLIENT | SpanKind.SERVER,
): Span | undefined {
  if (active === undefined || !active.isRecording() || borrowed.has(active)) return undefined
  const { attributes, kind } = active as { attributes?: unknown; kind?: unknown }
  if (!isRecord(attributes)) return undefined
  const isTool =
    side === SpanKind.CLIENT &&
    kind !== SpanKind.SERVER &&
    message.toolName !== undefined &&
    attributes[ATTR_GEN_AI_OPERATION_NAME] === 'execute_tool' &&
    attributes[ATTR_GEN_AI_TOOL_NAME] === message.toolName
  const isOtherMcpTracing = kind === side && attributes[ATTR_MCP_METHOD_NAME] === message.method
  if (!isTool && !isOtherMcpTracing) return undefined
  borrowed.add(active)
  return active
}
