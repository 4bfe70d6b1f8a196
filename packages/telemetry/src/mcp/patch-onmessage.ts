// Puts tracing around every handler that is assigned to a transport's `onmessage`.
import { context } from '@opentelemetry/api'
import { errorTypeOf } from './call.ts'
import type { Connection } from './connection.ts'
import { contain } from './contain.ts'
import { isRecord, type MessageHandler, type Transport } from './mcp-shapes.ts'
import { beginReceive } from './receive-message.ts'

export function patchOnmessage(transport: Transport, connection: Connection): void {
  const wrap = makeWrapper(connection)
  // The Node HTTP transports have an accessor on their prototype: behind an own property they would wait for ever, so
  // what is assigned is passed on to it.
  const inherited = findAccessor(transport)
  let current = wrap(transport.onmessage)
  if (current !== undefined) inherited?.set?.call(transport, current)
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (handler: MessageHandler | undefined) => {
      current = wrap(handler)
      inherited?.set?.call(transport, current)
    },
  })
}

function findAccessor(transport: Transport): PropertyDescriptor | undefined {
  let prototype = Object.getPrototypeOf(transport) as object | null
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'onmessage')
    if (descriptor !== undefined) return descriptor
  }
  return undefined
}

/** The same handler, and a wrapped one, always come out as the same function. */
function makeWrapper(
  connection: Connection,
): (handler: MessageHandler | undefined) => MessageHandler | undefined {
  /** A handler may call the one before it, which is wrapped as well. */
  const seen = new WeakSet<object>()
  const wrappers = new WeakMap<MessageHandler, MessageHandler>()
  return (handler) => {
    if (typeof handler !== 'function') return undefined
    const known = wrappers.get(handler)
    if (known !== undefined) return known
    const wrapper: MessageHandler = function (this: unknown, message, ...rest) {
      const isNew = isRecord(message) && !seen.has(message)
      if (isNew) seen.add(message)
      const incoming = isNew ? contain(() => beginReceive(connection, message, rest[0])) : undefined
      if (incoming === undefined) return handler.call(this, message, ...rest)
      try {
        const handled = context.with(incoming.context, () => handler.call(this, message, ...rest))
        contain(() => incoming.delivered())
        return handled
      } catch (error) {
        contain(() => incoming.failed(errorTypeOf(error)))
        throw error
      }
    }
    wrappers.set(handler, wrapper)
    wrappers.set(wrapper, wrapper)
    return wrapper
  }
}
