import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, afterEach, describe, test } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import {
  Client,
  InMemoryTransport,
  ReadBuffer,
  serializeMessage,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { traceMcpClient, traceMcpServer, withRequestContext } from './index.ts'
import { listenHttp } from './test-connections.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

function makeServer(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, (ctx) => {
    spans.tracer.startSpan('work').end()
    const seen = {
      meta: ctx.mcpReq._meta,
      active: trace.getActiveSpan()?.spanContext().spanId,
      tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value,
    }
    return { content: [{ type: 'text', text: JSON.stringify(seen) }] }
  })
  server.registerTool('refuse', {}, () => ({ content: [], isError: true }))
  return server
}

type Connect = (client: Client, factory: () => McpServer) => Promise<{ close(): Promise<unknown> }>

const connectHttp: Connect = async (client, factory) => {
  const handler = toNodeHandler(createMcpHandler(factory))
  const http = await listenHttp((request, response) => Promise.resolve(handler(request as never, response)))
  await client.connect(new StreamableHTTPClientTransport(new URL(http.url)))
  return { close: () => client.close().then(() => http.close()) }
}

const connectStdio: Connect = async (client, factory) => {
  const toServer = new PassThrough()
  const toClient = new PassThrough()
  const buffer = new ReadBuffer()
  const transport: Transport = {
    start: async () => {
      toClient.on('data', (chunk: Buffer) => {
        buffer.append(chunk)
        for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
          transport.onmessage?.(message)
        }
      })
    },
    send: async (message) => void toServer.write(serializeMessage(message)),
    close: async () => transport.onclose?.(),
  }
  const handle = serveStdio(factory, { transport: new StdioServerTransport(toServer, toClient) })
  await client.connect(transport)
  return { close: () => client.close().then(() => handle.close()) }
}

const connectSse: Connect = async (client, factory) => {
  const streams = new Map<string, SSEServerTransport>()
  const http = await listenHttp(async (request, response) => {
    const id = new URL(request.url ?? '/', 'http://localhost').searchParams.get('sessionId')
    if (id !== null) return streams.get(id)?.handlePostMessage(request, response)
    const transport = new SSEServerTransport('/messages', response)
    streams.set(transport.sessionId, transport)
    await factory().connect(transport)
  })
  await client.connect(new SSEClientTransport(new URL(http.url)))
  return { close: () => client.close().then(() => http.close()) }
}

const connectInMemory: Connect = async (client, factory) => {
  const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
  await factory().connect(serverEnd)
  await client.connect(clientEnd)
  return client
}

const cells: [string, Connect, '2025-11-25' | '2026-07-28', string | undefined][] = [
  ['HTTP', connectHttp, '2025-11-25', 'tcp'],
  ['HTTP', connectHttp, '2026-07-28', 'tcp'],
  ['stdio', connectStdio, '2025-11-25', 'pipe'],
  ['stdio', connectStdio, '2026-07-28', 'pipe'],
  ['SSE', connectSse, '2025-11-25', 'tcp'],
  ['in memory', connectInMemory, '2025-11-25', undefined],
]

for (const [transport, connect, version, network] of cells) {
  describe(`SDK 2.x, ${transport}, ${version}`, () => {
    const makeClient = (): Client =>
      new Client(
        { name: 'client', version: '1.0.0' },
        { versionNegotiation: { mode: version === '2026-07-28' ? 'auto' : 'legacy' } },
      )

    const callInAgent = (client: Client, name: string): Promise<unknown> => {
      const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
      return context.with(propagation.setBaggage(context.active(), baggage), () =>
        spans.tracer.startActiveSpan('agent', async (agent) => {
          const answer = await client.callTool({ name })
          agent.end()
          return answer
        }),
      )
    }

    const seenBy = (answer: unknown): { meta: Record<string, unknown>; active: string; tenant: string } =>
      JSON.parse((answer as { content: { text: string }[] }).content[0]?.text ?? '{}')

    test('a tool call is one trace: agent, client, server, what the tool does', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      assert.equal(client.getNegotiatedProtocolVersion(), version)
      const answer = await callInAgent(client, 'look')
      await callInAgent(client, 'refuse')
      await connected.close()

      const [server, sent] = spans.named('tools/call look')
      assert.ok(server?.kind === SpanKind.SERVER && sent?.kind === SpanKind.CLIENT)
      assert.equal(sent.parentSpanContext?.spanId, spans.named('agent')[0]?.spanContext().spanId)
      assert.equal(server.parentSpanContext?.spanId, sent.spanContext().spanId)
      assert.equal(spans.one('work').parentSpanContext?.spanId, server.spanContext().spanId)
      assert.equal(seenBy(answer).active, server.spanContext().spanId)
      assert.equal(seenBy(answer).tenant, 'acme')
      assert.equal(sent.attributes['mcp.protocol.version'], version)
      assert.equal(server.attributes['mcp.protocol.version'], version)
      assert.equal(server.attributes['network.transport'], network)
      assert.equal(server.attributes['holdfast.context.carrier'], 'mcp.meta')
      const carriers = network === 'tcp' ? ['mcp.meta', 'http.header'] : ['mcp.meta']
      assert.deepEqual(sent.attributes['holdfast.context.injected'], carriers)
      for (const refused of spans.named('tools/call refuse')) {
        assert.equal(refused.attributes['error.type'], 'tool_error')
      }
    })

    test('only the client traces: its context arrives, beside what the protocol keeps in _meta', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, makeServer)
      const { meta } = seenBy(await callInAgent(client, 'look'))
      await connected.close()
      const sent = spans.one('tools/call look').spanContext()
      assert.equal(meta['traceparent'], `00-${sent.traceId}-${sent.spanId}-01`)
      assert.equal(meta['baggage'], 'tenant=acme')
    })

    test('only the server traces: the handler runs in a span of its own', async () => {
      const client = makeClient()
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      const seen = seenBy(await callInAgent(client, 'look'))
      await connected.close()
      const server = spans.one('tools/call look')
      assert.equal(server.kind, SpanKind.SERVER)
      assert.equal(seen.active, server.spanContext().spanId)
      assert.equal(server.attributes['holdfast.context.carrier'], 'none')
    })
  })
}

describe('a server that is called within the fetch of its client', () => {
  const fetches = {
    'as it is': (handle: (request: Request) => Promise<Response>, request: Request) => handle(request),
    'behind a middleware': (handle: (request: Request) => Promise<Response>, request: Request) =>
      withRequestContext(request.headers, () => {
        spans.tracer.startSpan('before').end()
        return handle(request)
      }),
  }
  for (const [how, handleWith] of Object.entries(fetches)) {
    test(`records its spans, ${how}`, async () => {
      const handler = createMcpHandler(() => traceMcpServer(makeServer()))
      const client = traceMcpClient(new Client({ name: 'client', version: '1.0.0' }))
      await client.connect(
        new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
          fetch: (url, init) =>
            handleWith((request) => Promise.resolve(handler.fetch(request)), new Request(url, init)),
        }),
      )
      spans.clear()
      await client.callTool({ name: 'look' })
      await client.close()
      const [server, sent] = spans.named('tools/call look')
      assert.ok(server && sent)
      assert.equal(server.kind, SpanKind.SERVER)
      assert.equal(server.parentSpanContext?.spanId, sent.spanContext().spanId)
      assert.equal(spans.one('work').parentSpanContext?.spanId, server.spanContext().spanId)
      if (how === 'behind a middleware') assert.ok(spans.named('before').length > 0)
    })
  }
})
