// Puts tracing around one transport object: around its `send`, and around the `onmessage` that a client or server gives
// it. That one place sees every message of both SDK generations, over every transport. It guarantees that the transport
// behaves as before: same results, same errors, same order; what goes wrong in tracing is contained here.
import { context, trace } from '@opentelemetry/api'
import { errorTypeOf } from './call.ts'
import { contain } from './contain.ts'
import { openConnection, type Connection, type Outgoing } from './connection.ts'
import type { McpSettings } from './mcp-options.ts'
import { isRecord, ownValue, type Message, type MessageHandler, type Transport } from './mcp-shapes.ts'
import { traceTransportFetch } from './trace-mcp-fetch.ts'

/** Known to all copies of this package in a process. */
const tracedMark = Symbol.for('holdfast.mcp.traced')

/** Does nothing to a transport that is traced already. */
export function patchTransport(transport: Transport, settings: McpSettings): void {
  contain(() => {
    const marked = transport as Transport & { [tracedMark]?: boolean }
    if (marked[tracedMark] === true) return
    Object.defineProperty(transport, tracedMark, { value: true })
    const connection = openConnection(transport, trace.getTracer('@holdfast/telemetry/mcp'), settings)
    patchSend(transport, connection)
    patchOnmessage(transport, connection)
    patchClosing(transport, connection)
    if (settings.inject.has('http.header')) traceTransportFetch(transport)
  })
}

function patchSend(transport: Transport, connection: Connection): void {
  const send = transport.send
  /** What we handed to the transport, which calls its own `send` again after it has authenticated. */
  const ours = new WeakSet<object>()
  transport.send = (message, options, ...rest) => {
    if (typeof message !== 'object' || message === null || ours.has(message)) {
      return send.call(transport, message, options, ...rest)
    }
    const outgoing = contain(() => begin(connection, message, options))
    if (outgoing === undefined) return send.call(transport, message, options, ...rest)
    ours.add(outgoing.message)
    const failed = (error: unknown): void => void contain(() => outgoing.failed(errorTypeOf(error)))
    try {
      const sending = context.with(outgoing.context, () =>
        send.call(transport, outgoing.message, options, ...rest),
      )
      sending?.then(() => contain(() => outgoing.sent()), failed)
      return sending
    } catch (error) {
      failed(error)
      throw error
    }
  }
}

type OutgoingAny = Omit<Outgoing, 'message'> & { readonly message: object }

function begin(connection: Connection, message: object, options: unknown): OutgoingAny | undefined {
  const isResumption = typeof ownValue(options, 'resumptionToken') === 'string'
  const signal = ownValue(options, 'requestSignal')
  if (!Array.isArray(message)) {
    const outgoing = connection.send(message as Message, { isResumption })
    if (outgoing !== undefined && signal instanceof AbortSignal) {
      signal.addEventListener('abort', () => contain(() => connection.abandon(message as Message)), {
        once: true,
      })
    }
    return outgoing
  }
  // A batch (revisions up to 2025-03-26): its messages go out together, in the context of the first.
  const parts = (message as unknown[]).map((part) => ({
    part,
    outgoing: isRecord(part) ? connection.send(part, { isResumption }) : undefined,
  }))
  const traced = parts.flatMap(({ outgoing }) => outgoing ?? [])
  const first = traced[0]
  if (first === undefined) return undefined
  return {
    message: parts.map(({ part, outgoing }) => outgoing?.message ?? part),
    context: first.context,
    sent: () => traced.forEach((outgoing) => outgoing.sent()),
    failed: (type) => traced.forEach((outgoing) => outgoing.failed(type)),
  }
}

function patchOnmessage(transport: Transport, connection: Connection): void {
  /** A handler may call the one before it, which is wrapped as well. */
  const seen = new WeakSet<object>()
  const wrap = (handler: MessageHandler): MessageHandler =>
    function (this: unknown, message, extra, ...rest) {
      if (!isRecord(message) || seen.has(message)) return handler.call(this, message, extra, ...rest)
      seen.add(message)
      const incoming = contain(() => connection.receive(message, headersOf(extra)))
      if (incoming === undefined) return handler.call(this, message, extra, ...rest)
      try {
        const handled = context.with(incoming.context, () => handler.call(this, message, extra, ...rest))
        contain(() => incoming.handled())
        return handled
      } catch (error) {
        contain(() => incoming.failed(errorTypeOf(error)))
        throw error
      }
    }
  const wrapped = new WeakMap<MessageHandler, MessageHandler>()
  const wrapOnce = (handler: unknown): MessageHandler | undefined => {
    if (typeof handler !== 'function') return undefined
    const known = wrapped.get(handler as MessageHandler)
    if (known !== undefined) return known
    const wrapper = wrap(handler as MessageHandler)
    wrapped.set(handler as MessageHandler, wrapper)
    wrapped.set(wrapper, wrapper)
    return wrapper
  }
  // The Node transports have an accessor on their prototype: behind an own property of data they would wait for ever.
  const inherited = findAccessor(Object.getPrototypeOf(transport))
  let current = wrapOnce(transport.onmessage)
  const assign = (handler: unknown): void => {
    current = wrapOnce(handler)
    inherited?.set?.call(transport, current)
  }
  if (current !== undefined) inherited?.set?.call(transport, current)
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: assign,
  })
}

function findAccessor(prototype: unknown): PropertyDescriptor | undefined {
  for (
    let object = prototype;
    object !== null && object !== undefined;
    object = Object.getPrototypeOf(object)
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(object, 'onmessage')
    if (descriptor !== undefined) return descriptor.set === undefined ? undefined : descriptor
  }
  return undefined
}

/** The headers of the HTTP request that brought a message: `requestInfo` in the SDK 1.x, `request` in 2.x. */
function headersOf(extra: unknown): unknown {
  if (!isRecord(extra)) return undefined
  const carrier = extra['request'] ?? extra['requestInfo']
  return isRecord(carrier) ? carrier['headers'] : undefined
}

/** Both SDKs call the handler that was there before theirs, so one that is set before they connect hears of every close. */
function patchClosing(transport: Transport, connection: Connection): void {
  const end = (): void => void contain(() => connection.close())
  const before = transport.onclose
  transport.onclose = () => {
    end()
    before?.call(transport)
  }
  const close = transport.close
  if (close === undefined) return
  transport.close = () => close.call(transport).finally(end)
}
