// A message that came in: a SERVER span around a request or notification, child of the context that came with it.
import { context, SpanKind, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api'
import { ATTR_HOLDFAST_CONTEXT_CARRIER } from '../conventions.ts'
import { makeCall } from './call.ts'
import { follow, hasSpan, isMethod, isNothing, type Connection, type Delivery } from './connection.ts'
import { liftSuppression, requestHeadersOf } from './context-keys.ts'
import { isRecord, type Message, type Transport } from './mcp-shapes.ts'
import { borrowOuterSpan } from './outer-span.ts'
import { parentOfRequest } from './parent-of-request.ts'
import { servesHttp } from './transport-attributes.ts'

/** The context to handle it in. */
export interface Incoming extends Delivery {
  readonly context: Context
}

/** Undefined: handle it as if nothing were traced. `extra` is what the SDKs' transports give beside the message. */
export function beginReceive(connection: Connection, message: Message, extra: unknown): Incoming | undefined {
  const { incoming, outgoing, settings, tracer } = connection
  if (!isMethod(message)) {
    connection.settle(outgoing, message)
    return undefined
  }
  connection.cancel(incoming, message)
  const active = liftSuppression(context.active())
  const inRequest = servesHttp(connection.transport)
  const headers = headersOf(extra) ?? (inRequest ? requestHeadersOf(active) : undefined)
  const belongs = isAmbientOf(connection, active, inRequest || headers !== undefined)
  const { parent, carrier, links } = parentOfRequest(message, headers, belongs ? active : undefined)
  if (!hasSpan(message)) return { context: parent, delivered: () => undefined, failed: () => undefined }

  const description = connection.describe(message, headers)
  const { method, spanName } = description
  const attributes = { ...description.attributes, [ATTR_HOLDFAST_CONTEXT_CARRIER]: carrier }
  const outer = borrowOuterSpan(trace.getSpan(active), description, SpanKind.SERVER)
  outer?.setAttributes(attributes)
  const span = outer ?? tracer.startSpan(spanName, { kind: SpanKind.SERVER, attributes, links }, parent)
  if (isNothing(span)) return undefined
  const call = makeCall(span, method, {
    isBorrowed: outer !== undefined,
    contentMaxChars: settings.contentMaxChars(),
    describesErrors: settings.describesErrors(),
  })
  return { context: trace.setSpan(parent, span), ...follow(incoming, message, call) }
}

/**
 * Whether what is active belongs to this message. Of a message from a pipe or a stream it does not: active is what was
 * active when the stream was opened, long ago. Within a process it does, in an HTTP request, and where the stream is the
 * answer to a request of ours that is still open.
 */
function isAmbientOf(connection: Connection, active: Context, inRequest: boolean): boolean {
  const span = trace.getSpan(active)
  if (span === undefined) return inRequest
  if (isOver(span)) return false
  return inRequest || isInProcess(connection.transport) || connection.outgoing.includesSpan(span)
}

/** A server that was started within a span has that span active in every request, long after it ended. */
function isOver(span: Span): boolean {
  const { isRemote, traceFlags } = span.spanContext()
  return !span.isRecording() && isRemote !== true && (traceFlags & TraceFlags.SAMPLED) !== 0
}

function isInProcess(transport: Transport): boolean {
  return '_otherTransport' in transport
}

/** The headers of the HTTP request that brought a message: `requestInfo` in the SDK 1.x, `request` in 2.x. */
function headersOf(extra: unknown): unknown {
  if (!isRecord(extra)) return undefined
  const request = extra['request'] ?? extra['requestInfo']
  return isRecord(request) ? request['headers'] : undefined
}
