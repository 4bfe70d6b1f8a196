// Puts tracing around one transport object: around its `send`, and around the `onmessage` that a client or server gives
// it. That one place sees every message of both SDK generations, over every transport. It guarantees that the transport
// behaves as before: same results, same errors, same order; what goes wrong in tracing is contained here.
import { context, trace } from '@opentelemetry/api'
import { errorTypeOf } from './call.ts'
import { openConnection, type Connection } from './connection.ts'
import { contain } from './contain.ts'
import type { McpSettings } from './mcp-options.ts'
import type { Transport } from './mcp-shapes.ts'
import { patchOnmessage } from './patch-onmessage.ts'
import { beginSend } from './send-message.ts'
import { traceTransportFetch } from './trace-mcp-fetch.ts'
import { markTraced } from './traced-mark.ts'

/** Does nothing to a transport that is traced already. */
export function patchTransport(transport: Transport, settings: McpSettings): void {
  contain(() => {
    if (!markTraced(transport)) return
    const connection = openConnection(transport, trace.getTracer('@holdfast/telemetry/mcp'), settings)
    patchSend(transport, connection)
    patchOnmessage(transport, connection)
    patchClosing(transport, connection)
    if (settings.inject.has('http.header')) traceTransportFetch(transport)
  })
}

function patchSend(transport: Transport, connection: Connection): void {
  const send = transport.send
  /** What was handed to the transport, which calls its own `send` again after it has authenticated. */
  const ours = new WeakSet<object>()
  transport.send = (message, ...rest) => {
    const isMessage = typeof message === 'object' && message !== null && !ours.has(message)
    const outgoing = isMessage ? contain(() => beginSend(connection, message, rest[0])) : undefined
    if (outgoing === undefined) return send.call(transport, message, ...rest)
    ours.add(outgoing.message)
    const failed = (error: unknown): void => void contain(() => outgoing.failed(errorTypeOf(error)))
    let sending
    try {
      sending = context.with(outgoing.context, () => send.call(transport, outgoing.message, ...rest))
    } catch (error) {
      failed(error)
      throw error
    }
    Promise.resolve(sending).then(() => contain(() => outgoing.delivered()), failed)
    return sending
  }
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
  transport.close = (...rest) => {
    const closing = close.call(transport, ...rest)
    Promise.resolve(closing).then(end, end)
    return closing
  }
}
