import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, afterEach, describe, test } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { traceMcpClient, traceMcpFetch, type FetchLike } from './index.ts'
import { listenHttp, serveStreamableHttp, type HttpServer } from './test-connections.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const message = JSON.stringify({ method: 'ping', jsonrpc: '2.0', id: 1 })

interface Fetched {
  readonly headers: Headers
  readonly isSuppressed: boolean
}

/** What a fetch below the traced one is given, within a span. */
async function fetchWith(init?: RequestInit): Promise<Fetched & { readonly traceparent: string }> {
  let fetched: Fetched | undefined
  const below: FetchLike = async (_url, given) => {
    fetched = { headers: new Headers(given?.headers), isSuppressed: isTracingSuppressed(context.active()) }
    return new Response()
  }
  return spans.tracer.startActiveSpan('active', async (active) => {
    await traceMcpFetch(below)('http://localhost/mcp', init)
    assert.ok(fetched)
    const { traceId, spanId } = active.spanContext()
    return { ...fetched, traceparent: `00-${traceId}-${spanId}-01` }
  })
}

describe('the fetch of a transport', () => {
  test('sends the active context with a message, and hides that from HTTP instrumentations', async () => {
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
    await context.with(propagation.setBaggage(context.active(), baggage), async () => {
      const headers = { 'content-type': 'application/json' }
      const fetched = await fetchWith({ method: 'POST', body: message, headers })
      assert.equal(fetched.headers.get('traceparent'), fetched.traceparent)
      assert.equal(fetched.headers.get('baggage'), 'tenant=acme')
      assert.equal(fetched.headers.get('content-type'), 'application/json')
      assert.ok(fetched.isSuppressed)
    })
  })

  const others: Readonly<Record<string, RequestInit | undefined>> = {
    'opening a stream': { method: 'GET' },
    'ending a session': { method: 'DELETE' },
    'asking for a token': { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token' }) },
    'registering a client': { method: 'POST', body: '{"client_name":"x"}' },
    'no options': undefined,
  }
  for (const [what, init] of Object.entries(others)) {
    test(`leaves ${what} alone`, async () => {
      const fetched = await fetchWith(init)
      assert.equal(fetched.headers.get('traceparent'), null)
      assert.equal(fetched.isSuppressed, false)
    })
  }

  test('keeps a traceparent that is there, and adds none', async () => {
    const fetched = await fetchWith({ method: 'POST', body: message, headers: { traceparent: 'mine' } })
    assert.equal(fetched.headers.get('traceparent'), 'mine')
    assert.ok(fetched.isSuppressed)
  })

  test('is wrapped once', () => {
    const traced = traceMcpFetch()
    assert.equal(traceMcpFetch(traced), traced)
  })
})

function makeServer(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, () => ({ content: [] }))
  return server
}

/** Hands everything at `/mcp` to a real server, where `before` does not answer itself. */
async function serveBehind(
  before: (
    path: string,
    headers: IncomingHttpHeaders,
  ) => { status: number; headers?: Record<string, string>; body?: string } | undefined,
): Promise<HttpServer> {
  const mcp = await serveStreamableHttp(makeServer)
  const front = await listenHttp(async (request, response) => {
    const own = before(request.url ?? '/', request.headers)
    const body = await text(request)
    if (own !== undefined) {
      response.writeHead(own.status, { 'content-type': 'application/json', ...own.headers }).end(own.body)
      return
    }
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers
    const answer = await fetch(mcp.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
    })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    for await (const chunk of answer.body ?? []) response.write(chunk)
    response.end()
  })
  return { ...front, close: () => Promise.all([front.close(), mcp.close()]) }
}

async function callLook(transport: StreamableHTTPClientTransport): Promise<void> {
  const client = traceMcpClient(new Client({ name: 'client', version: '1.0.0' }))
  await client.connect(transport)
  await client.callTool({ name: 'look' })
  await client.close()
}

describe('the HTTP transport of the SDK 1.x', () => {
  test('authenticates and sends again: one span', async () => {
    let isExpired = true
    const asked: string[] = []
    const http = await serveBehind((path, headers) => {
      asked.push(path)
      if (path.startsWith('/.well-known/')) return { status: 404 }
      if (path === '/token') {
        assert.equal(headers['traceparent'], undefined)
        isExpired = false
        return { status: 200, body: JSON.stringify({ access_token: 'new', token_type: 'bearer' }) }
      }
      return isExpired ? { status: 401 } : undefined
    })
    const provider: Partial<OAuthClientProvider> = {
      redirectUrl: 'http://localhost/callback',
      clientMetadata: { redirect_uris: ['http://localhost/callback'] },
      clientInformation: () => ({ client_id: 'x' }),
      tokens: () => ({ access_token: 'old', token_type: 'bearer', refresh_token: 'r' }),
      saveTokens: () => undefined,
    }
    await callLook(
      new StreamableHTTPClientTransport(new URL(http.url), { authProvider: provider as OAuthClientProvider }),
    )
    await http.close()
    assert.ok(asked.includes('/token'))
    assert.equal(spans.one('initialize').status.code, 0)
    assert.deepEqual(spans.one('initialize').attributes['holdfast.context.injected'], [
      'mcp.meta',
      'http.header',
    ])
  })

  test('follows a redirect to another origin where its author allows that', async () => {
    const behind = await serveBehind(() => undefined)
    const http = await listenHttp(async (_request, response) => {
      response.writeHead(307, { location: behind.url }).end()
    })
    const url = new URL(http.url)
    await callLook(new StreamableHTTPClientTransport(url, { redirectPolicy: 'follow' }))
    await assert.rejects(callLook(new StreamableHTTPClientTransport(url)), /[Rr]edirect/)
    await http.close()
    await behind.close()
    assert.equal(spans.one('tools/call look').kind, SpanKind.CLIENT)
  })

  test('a stream that is resumed is not a message: nothing is injected, and its answer ends the span', async () => {
    const http = await serveBehind(() => undefined)
    const transport = new StreamableHTTPClientTransport(new URL(http.url))
    traceMcpClient(transport)
    await transport.start()
    const errors = Promise.withResolvers<Error>()
    transport.onerror = errors.resolve
    await transport.send(
      { jsonrpc: '2.0', id: 5, method: 'tools/call', params: {} },
      { resumptionToken: 'event-1' },
    )
    await errors.promise
    await transport.close()
    await http.close()
    assert.deepEqual(spans.one('tools/call').attributes['holdfast.context.injected'], [])
    assert.equal(trace.getActiveSpan(), undefined)
  })
})
