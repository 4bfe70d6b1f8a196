// Every span that is started ends, however its request ends.
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { Client as ClientV2, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { makeCall } from './call.ts'
import { traceMcpClient, traceMcpServer } from './index.ts'
import { makeOpenCalls } from './open-calls.ts'
import { listenHttp, transports } from './test-connections.ts'
import { registerTestSpans, type TestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

/** A server whose tool `hang` answers never; `entered` says that it was called. */
function hangingServer(): { entered: Promise<void>; make: () => McpServer } {
  const entered = Promise.withResolvers<void>()
  const make = (): McpServer => {
    const server = new McpServer({ name: 'server', version: '1.0.0' })
    server.registerTool('hang', {}, () => {
      entered.resolve()
      return new Promise<never>(() => undefined)
    })
    server.registerTool('look', {}, () => ({ content: [] }))
    return traceMcpServer(server)
  }
  return { entered: entered.promise, make }
}

const newClient = (): Client => traceMcpClient(new Client({ name: 'client', version: '1.0.0' }))

async function ended(name: string, kind: SpanKind): Promise<ReturnType<TestSpans['one']>> {
  for (;;) {
    const span = spans.named(name).find((one) => one.kind === kind)
    if (span !== undefined) return span
    await new Promise((resolve) => setImmediate(resolve))
  }
}

for (const [transport, connect] of Object.entries(transports)) {
  describe(`requests that are not answered, ${transport}`, () => {
    test('a caller that gives up ends the span on both sides as cancelled', async () => {
      const { entered, make } = hangingServer()
      const client = newClient()
      const connected = await connect(client, make)
      const abort = new AbortController()
      const call = client.callTool({ name: 'hang' }, undefined, { signal: abort.signal })
      await entered
      abort.abort(new Error('the user left'))
      await assert.rejects(call)
      for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
        const span = await ended('tools/call hang', kind)
        assert.equal(span.attributes['error.type'], 'cancelled')
        assert.equal(span.status.code, SpanStatusCode.ERROR)
      }
      const given = await ended('tools/call hang', SpanKind.CLIENT)
      const cancellation = await ended('notifications/cancelled', SpanKind.CLIENT)
      assert.equal(cancellation.parentSpanContext?.spanId, given.spanContext().spanId)
      await connected.close()
    })

    test('a timeout is told apart', async () => {
      const { make } = hangingServer()
      const client = newClient()
      const connected = await connect(client, make)
      await assert.rejects(client.callTool({ name: 'hang' }, undefined, { timeout: 20 }))
      assert.equal((await ended('tools/call hang', SpanKind.CLIENT)).attributes['error.type'], 'timeout')
      await connected.close()
    })

    test('a connection that is closed ends what is open, and the next one starts anew', async () => {
      const { entered, make } = hangingServer()
      const client = newClient()
      const connected = await connect(client, make)
      const call = client.callTool({ name: 'hang' })
      await entered
      await Promise.all([assert.rejects(call), connected.close()])
      const span = await ended('tools/call hang', SpanKind.CLIENT)
      assert.equal(span.attributes['error.type'], 'connection_closed')

      const again = await connect(client, make)
      await client.callTool({ name: 'look' })
      await again.close()
      assert.equal((await ended('tools/call look', SpanKind.CLIENT)).status.code, SpanStatusCode.UNSET)
    })
  })
}

describe('requests that are not answered, SDK 2.x', () => {
  test('in the 2026 era, where giving up closes the stream of the request, both sides end', async () => {
    const entered = Promise.withResolvers<void>()
    const factory = (): McpServerV2 => {
      const server = new McpServerV2({ name: 'server', version: '1.0.0' })
      server.registerTool('hang', {}, () => {
        entered.resolve()
        return new Promise<never>(() => undefined)
      })
      return traceMcpServer(server)
    }
    const handler = toNodeHandler(createMcpHandler(factory))
    const http = await listenHttp((request, response) => Promise.resolve(handler(request as never, response)))
    const client = traceMcpClient(
      new ClientV2({ name: 'client', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
    )
    await client.connect(new StreamableHTTPClientTransport(new URL(http.url)))
    const abort = new AbortController()
    const call = client.callTool({ name: 'hang' }, { signal: abort.signal })
    await entered.promise
    abort.abort(new Error('the user left'))
    await assert.rejects(call)
    assert.equal((await ended('tools/call hang', SpanKind.CLIENT)).attributes['error.type'], 'cancelled')
    const server = await ended('tools/call hang', SpanKind.SERVER)
    assert.equal(server.attributes['error.type'], 'connection_closed')
    await client.close()
    await http.close()
  })
})

describe('a message that cannot be sent', () => {
  test('ends its span with the class of the error, and the caller gets the error', async () => {
    const [, clientEnd] = InMemoryTransport.createLinkedPair()
    traceMcpClient(clientEnd)
    await clientEnd.close()
    await assert.rejects(clientEnd.send({ jsonrpc: '2.0', id: 1, method: 'ping' }), /Not connected/)
    assert.equal((await ended('ping', SpanKind.CLIENT)).attributes['error.type'], 'Error')
  })

  test('an HTTP error is the class that the SDK has for it', async () => {
    const http = await listenHttp(async (_request, response) => void response.writeHead(500).end('broken'))
    const client = traceMcpClient(new ClientV2({ name: 'client', version: '1.0.0' }))
    await assert.rejects(client.connect(new StreamableHTTPClientTransport(new URL(http.url))))
    await http.close()
    const span = await ended('initialize', SpanKind.CLIENT)
    assert.equal(span.attributes['error.type'], 'SdkHttpError')
    assert.equal(span.status.message, undefined)
  })
})

describe('open requests', () => {
  const callOf = (name: string) =>
    makeCall(spans.tracer.startSpan(name), 'ping', {
      isBorrowed: false,
      contentMaxChars: 0,
      describesErrors: true,
    })

  test('are bounded: the oldest ends', () => {
    const calls = makeOpenCalls()
    for (let id = 0; id < 4097; id += 1) calls.add(id, callOf(`ping ${id}`))
    assert.deepEqual(
      spans.all().map((span) => [span.name, span.attributes['error.type']]),
      [['ping 0', 'unanswered']],
    )
    calls.endAll('connection_closed')
    assert.equal(spans.all().length, 4097)
  })

  test('tell a number from a string, and end once', () => {
    const calls = makeOpenCalls()
    calls.add(1, callOf('number'))
    calls.add('1', callOf('string'))
    const string = calls.take('1')
    string?.respond({ id: '1', result: {} })
    string?.fail('late')
    assert.deepEqual(
      spans.all().map((span) => [span.name, span.attributes['error.type']]),
      [['string', undefined]],
    )
    calls.add(1, callOf('second'))
    assert.equal(spans.one('number').attributes['error.type'], 'superseded')
    calls.endAll('connection_closed')
  })
})
