// One connection as tracing sees it: what goes out and what comes in, in whichever direction requests go (gen-ai/mcp.md:
// the span of who sends a request is CLIENT, of who answers it SERVER, on both ends). It guarantees that every span it
// starts ends: with the response, with a cancellation, or with the connection. Called by patch-transport.ts, which
// contains what goes wrong here.
import {
  context,
  isSpanContextValid,
  propagation,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { ATTR_HOLDFAST_CONTEXT_CARRIER, ATTR_HOLDFAST_CONTEXT_INJECTED } from '../conventions.ts'
import { makeCall, type Call } from './call.ts'
import { withHeaderSent } from './context-keys.ts'
import { injectIntoMeta } from './inject-meta.ts'
import type { McpSettings } from './mcp-options.ts'
import { ownValue, requestIdOf, type Message, type Transport } from './mcp-shapes.ts'
import { describeMessage } from './message-attributes.ts'
import { makeOpenCalls } from './open-calls.ts'
import { borrowOuterSpan } from './outer-span.ts'
import { parentOfCall } from './parent-of-call.ts'
import { parentOfRequest } from './parent-of-request.ts'
import { describeSession, describeTransport, overTcp } from './transport-attributes.ts'

/** One call can send thousands of these: they carry context, and have no span. */
const methodsWithoutSpan = new Set(['notifications/progress', 'notifications/message'])
/** Answered when the subscription ends, hours later: its span covers the sending. */
const methodsWithoutResponse = new Set(['subscriptions/listen'])

/** A message on its way out: what to send, and in which context. */
export interface Outgoing {
  readonly message: Message
  readonly context: Context
  /** The transport took it. */
  sent(): void
  failed(errorType: string): void
}

/** A message that came in, to be handled in this context. */
export interface Incoming {
  readonly context: Context
  handled(): void
  failed(errorType: string): void
}

export interface SendOptions {
  /** The message is not sent: its response is fetched from a stream that broke off. */
  readonly isResumption: boolean
}

export interface Connection {
  send(message: Message, options: SendOptions): Outgoing | undefined
  receive(message: Message, headers: unknown): Incoming | undefined
  /** The caller gave up on a request without a message that says so. */
  abandon(message: Message): void
  close(): void
}

const nothing = (): void => undefined

export function openConnection(transport: Transport, tracer: Tracer, settings: McpSettings): Connection {
  const outgoing = makeOpenCalls()
  const incoming = makeOpenCalls()
  const transportAttributes = describeTransport(transport)
  const spanAtOpening = trace.getSpan(context.active())
  let protocolVersion: string | undefined

  const settle = (calls: typeof outgoing, response: Message): void => {
    const id = requestIdOf(response['id'])
    const call = id === undefined ? undefined : calls.take(id)
    if (call === undefined) return
    if (call.method === 'initialize') {
      const version = ownValue(ownValue(response, 'result'), 'protocolVersion')
      if (typeof version === 'string') protocolVersion = version
      call.span.setAttributes(describeSession(transport, response, protocolVersion))
    }
    call.respond(response)
  }

  const cancel = (calls: typeof outgoing, message: Message): void => {
    if (message['method'] !== 'notifications/cancelled') return
    const params = ownValue(message, 'params')
    const id = requestIdOf(ownValue(params, 'requestId'))
    if (id === undefined) return
    const reason = ownValue(params, 'reason')
    const isTimeout = typeof reason === 'string' && /timed out|timeout|-32001/i.test(reason)
    calls.take(id)?.fail(isTimeout ? 'timeout' : 'cancelled')
  }

  /** Enters a request among the open ones; a notification is done as soon as it is delivered. */
  const follow = (
    calls: typeof outgoing,
    message: Message,
    call: Call,
  ): { delivered(): void; failed(t: string): void } => {
    const id = methodsWithoutResponse.has(call.method) ? undefined : requestIdOf(message['id'])
    if (id === undefined) return { delivered: () => call.end(), failed: (type) => call.fail(type) }
    calls.add(id, call)
    return {
      delivered: nothing,
      failed: (type) => {
        calls.take(id)
        call.fail(type)
      },
    }
  }

  const describe = (message: Message, more: Attributes): ReturnType<typeof describeMessage> => {
    const described = describeMessage(message, settings.captureContent)
    const session = describeSession(transport, message, protocolVersion)
    return {
      ...described,
      attributes: { ...transportAttributes, ...session, ...described.attributes, ...more },
    }
  }

  /** Without a span there still is context to hand on. */
  const sendWithoutSpan = (message: Message): Outgoing | undefined => {
    const active = context.active()
    const injected = settings.inject.has('mcp.meta') ? injectIntoMeta(message, active) : undefined
    return injected && { message: injected, context: active, sent: nothing, failed: nothing }
  }

  const startCall = (
    message: Message,
  ): { span: Span; isBorrowed: boolean; parent: Context; method: string } => {
    const active = context.active()
    const { method, spanName, toolName, attributes } = describe(message, {})
    const described = { method, spanName, toolName, attributes }
    const outer = borrowOuterSpan(trace.getSpan(active), described, SpanKind.CLIENT)
    if (outer !== undefined) {
      outer.setAttributes(attributes)
      return { span: outer, isBorrowed: true, parent: active, method }
    }
    const { parent, links } = parentOfCall(active, message)
    const span = tracer.startSpan(spanName, { kind: SpanKind.CLIENT, attributes, links }, parent)
    return { span, isBorrowed: false, parent, method }
  }

  const isStale = (span: Span | undefined): boolean =>
    span !== undefined && span === spanAtOpening && !outgoing.includesSpanId(span.spanContext().spanId)

  return {
    send: (message, { isResumption }) => {
      if (typeof message['method'] !== 'string') {
        settle(incoming, message)
        return undefined
      }
      cancel(outgoing, message)
      if (methodsWithoutSpan.has(message['method'])) return sendWithoutSpan(message)
      const { span, isBorrowed, parent, method } = startCall(message)
      if (isNothing(span)) return undefined
      const call = makeCall(span, method, { isBorrowed, captureContent: settings.captureContent })
      const inCall = trace.setSpan(parent, span)
      const withMeta =
        settings.inject.has('mcp.meta') && !isResumption ? injectIntoMeta(message, inCall) : undefined
      const carriers = withMeta === undefined ? [] : ['mcp.meta']
      const tellCarriers = (): unknown => span.setAttribute(ATTR_HOLDFAST_CONTEXT_INJECTED, [...carriers])
      tellCarriers()
      const { delivered, failed } = follow(outgoing, message, call)
      const headerSent = (): void => {
        if (carriers.includes('http.header')) return
        carriers.push('http.header')
        tellCarriers()
      }
      return {
        message: withMeta ?? message,
        context: settings.inject.has('http.header') ? withHeaderSent(inCall, headerSent) : inCall,
        sent: delivered,
        failed,
      }
    },

    receive: (message, headers) => {
      if (typeof message['method'] !== 'string') {
        settle(outgoing, message)
        return undefined
      }
      cancel(incoming, message)
      const active = context.active()
      const activeSpan = trace.getSpan(active)
      const belongs = headers !== undefined || !isStale(activeSpan)
      const { parent, carrier, links } = parentOfRequest(message, headers, belongs ? active : undefined)
      if (methodsWithoutSpan.has(message['method']))
        return { context: parent, handled: nothing, failed: nothing }
      const more = {
        [ATTR_HOLDFAST_CONTEXT_CARRIER]: carrier,
        ...(headers === undefined ? {} : overTcp('http')),
      }
      const { method, spanName, toolName, attributes } = describe(message, more)
      const outer = borrowOuterSpan(activeSpan, { method, spanName, toolName, attributes }, SpanKind.SERVER)
      const span = outer ?? tracer.startSpan(spanName, { kind: SpanKind.SERVER, attributes, links }, parent)
      outer?.setAttributes(attributes)
      if (isNothing(span)) return undefined
      const call = makeCall(span, method, {
        isBorrowed: outer !== undefined,
        captureContent: settings.captureContent,
      })
      const { delivered, failed } = follow(incoming, message, call)
      return { context: trace.setSpan(parent, span), handled: delivered, failed }
    },

    abandon: (message) => {
      const id = requestIdOf(message['id'])
      if (id !== undefined) outgoing.take(id)?.fail('cancelled')
    },

    close: () => {
      outgoing.endAll('connection_closed')
      incoming.endAll('connection_closed')
    },
  }
}

/** No SDK is registered, and no context came in: there is nothing to record, and nothing to hand on. */
function isNothing(span: Span): boolean {
  return !isSpanContextValid(span.spanContext()) && propagation.fields().length === 0
}
