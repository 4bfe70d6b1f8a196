import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { SpanKind, trace } from '@opentelemetry/api'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { traceMcpClient, traceMcpServer, type McpTracingOptions } from './index.ts'
import { readMcpSettings } from './mcp-options.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const newClient = (): Client => new Client({ name: 'client', version: '1.0.0' })

function newServer(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('add', { inputSchema: { a: z.number() } }, ({ a }) => ({
    content: [{ type: 'text', text: `${a + 1}` }],
  }))
  return server
}

const add = (client: Client): Promise<unknown> => client.callTool({ name: 'add', arguments: { a: 1 } })
const kinds = (): SpanKind[] => spans.named('tools/call add').map((span) => span.kind)
const both = [SpanKind.SERVER, SpanKind.CLIENT]

describe('what can be traced', () => {
  test('client and server, once, however often they and their transports are given', async () => {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    const server = traceMcpServer(traceMcpServer(newServer()))
    traceMcpServer(server.server)
    traceMcpServer(serverEnd)
    const client = traceMcpClient(traceMcpClient(newClient()))
    traceMcpClient(clientEnd)
    await server.connect(serverEnd)
    await client.connect(clientEnd)
    await add(client)
    assert.deepEqual(kinds(), both)
    await client.close()
  })

  test('transports alone', async () => {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    await newServer().connect(traceMcpServer(serverEnd))
    const client = newClient()
    await client.connect(traceMcpClient(clientEnd))
    await add(client)
    assert.deepEqual(kinds(), both)
    await client.close()
  })

  test('what is connected already', async () => {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    const server = newServer()
    await server.connect(serverEnd)
    const client = newClient()
    await client.connect(clientEnd)
    traceMcpServer(server)
    traceMcpClient(client)
    await add(client)
    assert.deepEqual(kinds(), both)
    await client.close()
  })

  test('the low-level server', async () => {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    const server = new Server({ name: 'low', version: '1.0.0' }, { capabilities: { tools: {} } })
    let active: string | undefined
    server.setRequestHandler(CallToolRequestSchema, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      active = trace.getActiveSpan()?.spanContext().spanId
      return { content: [] }
    })
    await traceMcpServer(server).connect(serverEnd)
    const client = newClient()
    await client.connect(clientEnd)
    await add(client)
    assert.equal(active, spans.one('tools/call add').spanContext().spanId)
    await client.close()
  })

  test('anything else comes back untouched', () => {
    for (const other of [{}, null, undefined, 'text', Object.freeze({ connect: 1 })]) {
      assert.equal(traceMcpClient(other as never), other)
    }
    const frozen = Object.freeze({ send: () => Promise.resolve(), start: () => Promise.resolve() })
    assert.equal(traceMcpClient(frozen), frozen)
  })
})

describe('content', () => {
  async function callWith(options?: McpTracingOptions): Promise<void> {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    await traceMcpServer(newServer(), options).connect(serverEnd)
    const client = traceMcpClient(newClient(), options)
    await client.connect(clientEnd)
    await add(client)
    await client.close()
  }

  test('of tools is not recorded unless the author wants it', async () => {
    await callWith()
    for (const span of spans.all()) assert.ok(!JSON.stringify(span.attributes).includes('gen_ai.tool.call'))
  })

  test('is recorded on both sides where it is switched on', async () => {
    await callWith({ captureContent: true })
    for (const span of spans.named('tools/call add')) {
      assert.equal(span.attributes['gen_ai.tool.call.arguments'], '{"a":1}')
      assert.match(String(span.attributes['gen_ai.tool.call.result']), /"text":"2"/)
    }
  })

  test('is switched on by the environment, and off by the nearer word', () => {
    const standard = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' }
    const all = { TELEMETRY_CAPTURE_CONTENT: 'all' }
    assert.equal(readMcpSettings({}, {}).contentMaxChars(), 0)
    assert.equal(readMcpSettings({}, standard).contentMaxChars(), 65_536)
    assert.equal(readMcpSettings({}, all).contentMaxChars(), 65_536)
    assert.equal(readMcpSettings({}, { ...all, TELEMETRY_VALUE_MAX_CHARS: '100' }).contentMaxChars(), 100)
    assert.equal(readMcpSettings({}, { ...all, TELEMETRY_VALUE_MAX_CHARS: '1' }).contentMaxChars(), 65_536)
    assert.equal(readMcpSettings({}, { ...standard, TELEMETRY_CAPTURE_CONTENT: 'none' }).contentMaxChars(), 0)
    assert.equal(readMcpSettings({ captureContent: false }, standard).contentMaxChars(), 0)
    assert.equal(readMcpSettings({}, { TELEMETRY_CAPTURE_CONTENT: 'none' }).describesErrors(), false)
    assert.equal(readMcpSettings({}, {}).describesErrors(), true)
  })
})
