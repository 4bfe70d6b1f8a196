// With the HTTP instrumentations on, which is where the second `traceparent` came from.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { IncomingMessage } from 'node:http'
import { after, afterEach, describe, test } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { traceMcpClient, traceMcpFetch, traceMcpServer, type McpTracingOptions } from './index.ts'
import type { HttpServer } from './test-connections.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
const instrumentations = [new HttpInstrumentation(), new UndiciInstrumentation()]
for (const instrumentation of instrumentations) instrumentation.setTracerProvider(spans.provider)
createRequire(import.meta.url)('node:http') // what is patched when required, imports see too
const { listenHttp } = await import('./test-connections.ts')

after(() => {
  for (const instrumentation of instrumentations) instrumentation.disable()
  spans.unregister()
})
afterEach(spans.clear)

/** Serves, and keeps each request's method and its `traceparent` headers as they were sent. */
async function serve(
  factory: () => McpServer,
): Promise<HttpServer & { readonly seen: { method: string; traceparents: string[] }[] }> {
  const seen: { method: string; traceparents: string[] }[] = []
  const handler = toNodeHandler(createMcpHandler(factory))
  const http = await listenHttp((request, response) => {
    seen.push({ method: request.method ?? '', traceparents: rawValues(request, 'traceparent') })
    return Promise.resolve(handler(request as never, response))
  })
  return { ...http, seen }
}

function rawValues(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name)
}

function makeServer(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, () => ({ content: [] }))
  return server
}

async function callLook(
  url: string,
  make: (client: Client) => Client,
  fetch?: typeof globalThis.fetch,
): Promise<void> {
  const client = make(new Client({ name: 'client', version: '1.0.0' }))
  await client.connect(new StreamableHTTPClientTransport(new URL(url), fetch === undefined ? {} : { fetch }))
  await spans.tracer.startActiveSpan('agent', async (agent) => {
    await client.callTool({ name: 'look' })
    agent.end()
  })
  await client.close()
}

const traced =
  (options?: McpTracingOptions) =>
  (client: Client): Client =>
    traceMcpClient(client, options)

describe('MCP over HTTP beside HTTP instrumentations', () => {
  test('a message has one traceparent, no HTTP span on the client, and links the one on the server', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    await callLook(http.url, traced())
    await http.close()

    for (const { method, traceparents } of http.seen) {
      assert.equal(traceparents.length, 1, `${method}: ${traceparents.join(' and ')}`)
    }
    const [server, client] = spans.named('tools/call look')
    assert.ok(server?.kind === SpanKind.SERVER && client?.kind === SpanKind.CLIENT)
    assert.equal(server.parentSpanContext?.spanId, client.spanContext().spanId)
    const posts = spans
      .named('POST')
      .filter((span) => span.spanContext().traceId === client.spanContext().traceId)
    assert.equal(posts.length, 1)
    assert.equal(posts[0]?.kind, SpanKind.SERVER)
    assert.equal(posts[0].parentSpanContext?.spanId, client.spanContext().spanId)
    assert.deepEqual(
      server.links.map((link) => link.context.spanId),
      [posts[0].spanContext().spanId],
    )
  })

  test('the same with the fetch alone, which an author gives to the transport', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    await callLook(http.url, (client) => client, traceMcpFetch() as typeof fetch)
    await http.close()
    for (const { traceparents } of http.seen.filter(({ method }) => method === 'POST')) {
      assert.ok(traceparents.length <= 1)
    }
    const server = spans.one('tools/call look')
    assert.equal(server.attributes['holdfast.context.carrier'], 'http.header')
    assert.equal(server.spanContext().traceId, spans.one('agent').spanContext().traceId)
  })

  test('the fetch twice, by hand and by the client, still is one traceparent', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    await callLook(http.url, traced(), traceMcpFetch() as typeof fetch)
    await http.close()
    for (const { traceparents } of http.seen) assert.equal(traceparents.length, 1)
  })

  test('with the header alone, the HTTP span that was made from it is the parent', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    await callLook(http.url, traced({ inject: ['http.header'] }))
    await http.close()
    const [server, client] = spans.named('tools/call look')
    assert.ok(server !== undefined && client !== undefined)
    assert.equal(server.attributes['holdfast.context.carrier'], 'http.header')
    assert.deepEqual(client.attributes['holdfast.context.injected'], ['http.header'])
    const post = spans.all().find((span) => span.spanContext().spanId === server.parentSpanContext?.spanId)
    assert.equal(post?.name, 'POST')
    assert.equal(post.parentSpanContext?.spanId, client.spanContext().spanId)
    assert.deepEqual(server.links, [])
  })

  test('with _meta alone, the instrumentation has the header to itself', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    await callLook(http.url, traced({ inject: ['mcp.meta'] }))
    await http.close()
    for (const { traceparents } of http.seen) assert.equal(traceparents.length, 1)
    const [server, client] = spans.named('tools/call look')
    assert.equal(server?.attributes['holdfast.context.carrier'], 'mcp.meta')
    assert.equal(server.parentSpanContext?.spanId, client?.spanContext().spanId)
  })

  test('two headers joined by someone else: the first is read', async () => {
    const http = await serve(() => traceMcpServer(makeServer()))
    const fields: Record<string, string> = {}
    const first = spans.tracer.startSpan('first')
    propagation.inject(trace.setSpan(context.active(), first), fields)
    const second = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    const client = new Client({ name: 'client', version: '1.0.0' })
    for (const instrumentation of instrumentations) instrumentation.disable()
    try {
      await client.connect(
        new StreamableHTTPClientTransport(new URL(http.url), {
          requestInit: { headers: { traceparent: `garbage, ${fields['traceparent']}, ${second}` } },
        }),
      )
      await client.callTool({ name: 'look' })
      await client.close()
    } finally {
      for (const instrumentation of instrumentations) instrumentation.enable()
      await http.close()
    }
    assert.equal(spans.one('tools/call look').parentSpanContext?.spanId, first.spanContext().spanId)
  })
})
