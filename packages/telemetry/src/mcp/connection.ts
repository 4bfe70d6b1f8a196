// One connection as tracing sees it: what goes out and what comes in, in whichever direction requests go (gen-ai/mcp.md:
// the span of who sends a request is CLIENT, of who answers it SERVER, on both ends). It guarantees that every span it
// starts ends: with the response, with a cancellation, or with the connection. Called by patch-transport.ts, which
// contains what goes wrong here.
import { isSpanContextValid, propagation, type Span, type Tracer } from '@opentelemetry/api'
import type { Call } from './call.ts'
import { headerReader } from './carrier.ts'
import type { McpSettings } from './mcp-options.ts'
import { ownValue, requestIdOf, type Message, type Transport } from './mcp-shapes.ts'
import { describeMessage, type MessageDescription } from './message-attributes.ts'
import { makeOpenCalls, type OpenCalls } from './open-calls.ts'
import { describeSession, describeTransport, overTcp } from './transport-attributes.ts'

/** One call can send thousands of these: they carry context, and have no span. */
const methodsWithoutSpan = new Set(['notifications/progress', 'notifications/message'])
/** Answered when the subscription ends, hours later: its span covers the sending. */
const methodsWithoutResponse = new Set(['subscriptions/listen'])

export interface Connection {
  readonly transport: Transport
  readonly tracer: Tracer
  readonly settings: McpSettings
  /** Requests that this side sent. */
  readonly outgoing: OpenCalls
  /** Requests that the peer sent. */
  readonly incoming: OpenCalls
  /** Of a request or notification, with what the connection adds, and the headers of the request that brought it. */
  describe(message: Message, headers?: unknown): MessageDescription
  /** A response ends the request it answers. */
  settle(calls: OpenCalls, response: Message): void
  /** `notifications/cancelled` ends the request it names, which is returned; nothing else does anything. */
  cancel(calls: OpenCalls, message: Message): Call | undefined
  close(): void
}

export function openConnection(transport: Transport, tracer: Tracer, settings: McpSettings): Connection {
  const outgoing = makeOpenCalls()
  const incoming = makeOpenCalls()
  const transportAttributes = describeTransport(transport)
  /** What `initialize` came to. */
  let protocolVersion: string | undefined

  return {
    transport,
    tracer,
    settings,
    outgoing,
    incoming,
    describe: (message, headers) => {
      const described = describeMessage(message, settings.contentMaxChars())
      const overHttp = headers === undefined ? {} : overTcp('http')
      const session = describeSession(transport, message, protocolVersion ?? versionIn(headers))
      return {
        ...described,
        attributes: { ...transportAttributes, ...overHttp, ...session, ...described.attributes },
      }
    },
    settle: (calls, response) => {
      const id = requestIdOf(response['id'])
      const call = id === undefined ? undefined : calls.take(id)
      if (call === undefined) return
      if (call.method === 'initialize') {
        const version = ownValue(ownValue(response, 'result'), 'protocolVersion')
        if (typeof version === 'string') protocolVersion = version
        call.span.setAttributes(describeSession(transport, response, protocolVersion))
      }
      call.respond(response)
    },
    cancel: (calls, message) => {
      if (message['method'] !== 'notifications/cancelled') return undefined
      const params = ownValue(message, 'params')
      const id = requestIdOf(ownValue(params, 'requestId'))
      const call = id === undefined ? undefined : calls.take(id)
      const reason = ownValue(params, 'reason')
      // All that says so is the text in which the SDKs say it.
      const isTimeout = typeof reason === 'string' && /timed out|timeout|-32001/i.test(reason)
      call?.fail(isTimeout ? 'timeout' : 'cancelled')
      return call
    },
    close: () => {
      outgoing.endAll('connection_closed')
      incoming.endAll('connection_closed')
    },
  }
}

/** A server without sessions is not told otherwise. */
function versionIn(headers: unknown): string | undefined {
  const version = headers === undefined ? undefined : headerReader(headers)('mcp-protocol-version')
  return typeof version === 'string' ? version : undefined
}

export function isMethod(message: Message): message is Message & { readonly method: string } {
  return typeof message['method'] === 'string'
}

export function hasSpan(message: { readonly method: string }): boolean {
  return !methodsWithoutSpan.has(message.method)
}

/** No SDK is registered, and no context came in: there is nothing to record, and nothing to hand on. */
export function isNothing(span: Span): boolean {
  return !isSpanContextValid(span.spanContext()) && propagation.fields().length === 0
}

/** How a message's delivery went, and what that means for its call. */
export interface Delivery {
  delivered(): void
  failed(errorType: string): void
}

/** A request is open until it is answered; a notification is done as soon as it is delivered. */
export function follow(calls: OpenCalls, message: Message, call: Call): Delivery {
  const id = methodsWithoutResponse.has(call.method) ? undefined : requestIdOf(message['id'])
  if (id === undefined) return { delivered: () => call.end(), failed: (errorType) => call.fail(errorType) }
  calls.add(id, call)
  return {
    delivered: () => undefined,
    failed: (errorType) => {
      calls.drop(id, call)
      call.fail(errorType)
    },
  }
}
