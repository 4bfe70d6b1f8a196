// A message on its way out: a CLIENT span around a request or notification, its context in `_meta` and, by way of the
// transport's fetch, in the headers.
import { context, SpanKind, trace, type Context, type Span } from '@opentelemetry/api'
import { ATTR_HOLDFAST_CONTEXT_INJECTED } from '../conventions.ts'
import { makeCall } from './call.ts'
import { follow, hasSpan, isMethod, isNothing, type Connection, type Delivery } from './connection.ts'
import { withHeaderSent } from './context-keys.ts'
import { injectIntoMeta } from './inject-meta.ts'
import type { Carrier } from './mcp-options.ts'
import { isRecord, ownValue, requestIdOf, type Message } from './mcp-shapes.ts'
import { borrowOuterSpan } from './outer-span.ts'
import { parentOfCall } from './parent-of-call.ts'

/** What to hand to the transport instead, and in which context. */
export interface Outgoing extends Delivery {
  readonly message: object
  readonly context: Context
}

/**
 * Undefined: send what was to be sent. `message` may be a batch (revisions up to 2025-03-26): its messages go out
 * together, in the context of the first. `options` are those of the SDKs' `send`.
 */
export function beginSend(connection: Connection, message: object, options: unknown): Outgoing | undefined {
  // With a resumption token nothing is sent: the response is fetched from a stream that broke off.
  const isResumption = typeof ownValue(options, 'resumptionToken') === 'string'
  if (isRecord(message)) {
    const outgoing = beginOne(connection, message, isResumption)
    if (outgoing !== undefined) endWithSignal(connection, message, ownValue(options, 'requestSignal'))
    return outgoing
  }
  const parts = Array.isArray(message) ? (message as unknown[]) : []
  const traced = parts.map((part) => (isRecord(part) ? beginOne(connection, part, isResumption) : undefined))
  const first = traced.find((outgoing) => outgoing !== undefined)
  if (first === undefined) return undefined
  return {
    message: parts.map((part, index) => traced[index]?.message ?? part),
    context: first.context,
    delivered: () => traced.forEach((outgoing) => outgoing?.delivered()),
    failed: (errorType) => traced.forEach((outgoing) => outgoing?.failed(errorType)),
  }
}

function beginOne(connection: Connection, message: Message, isResumption: boolean): Outgoing | undefined {
  if (!isMethod(message)) {
    connection.settle(connection.incoming, message)
    return undefined
  }
  const { settings, outgoing } = connection
  const cancelled = connection.cancel(outgoing, message)
  const writesMeta = settings.inject.has('mcp.meta') && !isResumption
  if (!hasSpan(message)) return writesMeta ? sendWithoutSpan(message) : undefined

  const { span, isBorrowed, method, inCall } = startSpan(connection, message, cancelled?.span)
  if (isNothing(span)) return undefined
  const call = makeCall(span, method, {
    isBorrowed,
    contentMaxChars: settings.contentMaxChars(),
    describesErrors: settings.describesErrors(),
  })
  const withMeta = writesMeta ? injectIntoMeta(message, inCall) : undefined
  const carriers: Carrier[] = withMeta === undefined ? [] : ['mcp.meta']
  span.setAttribute(ATTR_HOLDFAST_CONTEXT_INJECTED, [...carriers])
  const headerSent = (): void => {
    if (carriers.includes('http.header')) return
    carriers.push('http.header')
    span.setAttribute(ATTR_HOLDFAST_CONTEXT_INJECTED, [...carriers])
  }
  return {
    message: withMeta ?? message,
    context: withHeaderSent(inCall, headerSent),
    ...follow(outgoing, message, call),
  }
}

interface StartedSpan {
  readonly span: Span
  readonly isBorrowed: boolean
  readonly method: string
  readonly inCall: Context
}

/** A cancellation belongs to the call it cancels: who gives up may be a timer, or a signal, with nothing active. */
function startSpan(connection: Connection, message: Message, cancelled: Span | undefined): StartedSpan {
  const here = context.active()
  const active = cancelled === undefined ? here : trace.setSpan(here, cancelled)
  const description = connection.describe(message)
  const { method, spanName, attributes } = description
  const outer = borrowOuterSpan(trace.getSpan(active), description, SpanKind.CLIENT)
  if (outer !== undefined) {
    outer.setAttributes(attributes)
    return { span: outer, isBorrowed: true, method, inCall: active }
  }
  const { parent, links } = parentOfCall(active, message)
  const span = connection.tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes, links }, parent)
  return { span, isBorrowed: false, method, inCall: trace.setSpan(parent, span) }
}

function sendWithoutSpan(message: Message): Outgoing | undefined {
  const active = context.active()
  const withMeta = injectIntoMeta(message, active)
  if (withMeta === undefined) return undefined
  return { message: withMeta, context: active, delivered: () => undefined, failed: () => undefined }
}

/** Since 2026-07-28 a caller that gives up says so by closing the stream of its request. */
function endWithSignal(connection: Connection, message: Message, signal: unknown): void {
  const id = requestIdOf(message['id'])
  if (id === undefined || !(signal instanceof AbortSignal)) return
  signal.addEventListener('abort', () => connection.outgoing.take(id)?.fail('cancelled'), { once: true })
}
