// Context in the HTTP headers of each MCP message. A transport's `requestInit.headers` are set once, so it has to be
// its `fetch`. An HTTP instrumentation would add a second `traceparent` to ours, and the two would be joined to one
// that nobody can read: such a fetch runs where tracing is suppressed.
import { context, propagation } from '@opentelemetry/api'
import { headerSentOf, suppressTracing } from './context-keys.ts'
import { contain } from './contain.ts'
import type { Transport } from './mcp-shapes.ts'

/** `fetch`, as the transports call it. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>

const tracedFetches = new WeakSet<object>()

/**
 * For the `fetch` option of a transport: adds the context that is active where a message is sent to the headers of its
 * POST. Streams (GET), the end of a session (DELETE) and authorization are left alone. A `traceparent` that is there
 * already stays. Spans that a `fetch` of your own starts are not recorded; those of an MCP server that it calls in this
 * process are.
 */
export function traceMcpFetch(fetch: FetchLike = (url, init) => globalThis.fetch(url, init)): FetchLike {
  if (tracedFetches.has(fetch)) return fetch
  const traced: FetchLike = (url, init) => {
    const request = contain(() => (carriesMessage(init) ? withContext(init) : undefined))
    if (request === undefined) return fetch(url, init)
    return context.with(suppressTracing(context.active()), () => fetch(url, request))
  }
  tracedFetches.add(traced)
  return traced
}

/** The body of a POST to the MCP endpoint is JSON-RPC; what authorization sends is not. */
function carriesMessage(init: RequestInit | undefined): init is RequestInit {
  return init?.method === 'POST' && typeof init.body === 'string' && init.body.includes('"jsonrpc"')
}

/** Undefined where there is no context to send. */
function withContext(init: RequestInit): RequestInit | undefined {
  const active = context.active()
  const fields: Record<string, string> = {}
  propagation.inject(active, fields)
  const names = Object.keys(fields)
  if (names.length === 0) return undefined
  const headers = new Headers(init.headers)
  if (names.some((name) => headers.has(name) && name !== 'baggage')) return init
  for (const name of names) if (!headers.has(name)) headers.set(name, fields[name] ?? '')
  headerSentOf(active)?.()
  return { ...init, headers }
}

/** Both generations' HTTP transports keep their fetch in `_fetch`, beside the `_url`; others are left as they are. */
export function traceTransportFetch(transport: Transport): void {
  const shape = transport as unknown as Record<string, unknown>
  if (!(shape['_url'] instanceof URL) || !('_fetch' in shape)) return
  const fetch = shape['_fetch']
  if (fetch !== undefined && typeof fetch !== 'function') return
  const traced = traceMcpFetch(fetch as FetchLike | undefined)
  shape['_fetch'] = shape['_followRedirects'] === true ? followingRedirects(traced, shape) : traced
}

/** The SDK 1.x knows a fetch that may follow every redirect by its identity; of any other it asks to follow none. */
function followingRedirects(fetch: FetchLike, shape: Readonly<Record<string, unknown>>): FetchLike {
  const asked = (shape['_requestInit'] as RequestInit | undefined)?.redirect
  return (url, init) => {
    const { redirect: _manual, ...rest } = init ?? {}
    return fetch(url, asked === undefined ? rest : { ...rest, redirect: asked })
  }
}
