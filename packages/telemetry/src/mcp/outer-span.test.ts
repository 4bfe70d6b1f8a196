import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { traceMcpClient, traceMcpServer } from './index.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

async function connect(server: McpServer): Promise<Client> {
  const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
  await traceMcpServer(server).connect(serverEnd)
  const client = traceMcpClient(new Client({ name: 'client', version: '1.0.0' }))
  await client.connect(clientEnd)
  spans.clear()
  return client
}

function serverWithLook(answer: { content: []; isError?: boolean } = { content: [] }): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, () => answer)
  return server
}

async function within(attributes: Attributes, kind: SpanKind, work: () => Promise<unknown>): Promise<void> {
  await spans.tracer.startActiveSpan('outer', { attributes, kind }, async (outer) => {
    await work()
    assert.ok(outer.isRecording(), 'the outer span is not ended by us')
    outer.end()
  })
}

const clients = (): ReadableSpan[] =>
  spans.named('tools/call look').filter((span) => span.kind === SpanKind.CLIENT)
const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId
const executeTool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look' }

describe('a tool call that an outer instrumentation traces', () => {
  test('gets no second span: the outer one gets the attributes, and its context is sent', async () => {
    const client = await connect(serverWithLook())
    await within(executeTool, SpanKind.INTERNAL, () => client.callTool({ name: 'look' }))
    const outer = spans.one('outer')
    assert.equal(parentOf(spans.one('tools/call look')), outer.spanContext().spanId)
    assert.equal(outer.attributes['mcp.method.name'], 'tools/call')
    assert.equal(outer.attributes['jsonrpc.request.id'], '1')
    assert.deepEqual(outer.attributes['holdfast.context.injected'], ['mcp.meta'])
    await client.close()
  })

  test('fails or not by what its owner says: a first try that failed is no failure of the tool', async () => {
    const client = await connect(serverWithLook({ content: [], isError: true }))
    await within(executeTool, SpanKind.INTERNAL, () => client.callTool({ name: 'look' }))
    const [outer, server] = [spans.one('outer'), spans.one('tools/call look')]
    assert.equal(outer.attributes['error.type'], undefined)
    assert.equal(outer.status.code, SpanStatusCode.UNSET)
    assert.equal(server.attributes['error.type'], 'tool_error')
    await client.close()
  })

  test('a second call below it, and a call of another tool, have spans of their own', async () => {
    const client = await connect(serverWithLook())
    await within(executeTool, SpanKind.INTERNAL, async () => {
      await client.callTool({ name: 'look' })
      await client.callTool({ name: 'look' })
    })
    assert.equal(clients().length, 1)
    spans.clear()
    await within({ ...executeTool, 'gen_ai.tool.name': 'other' }, SpanKind.INTERNAL, () =>
      client.callTool({ name: 'look' }),
    )
    assert.equal(clients().length, 1)
    await client.close()
  })

  test('another instrumentation of MCP counts as well', async () => {
    const client = await connect(serverWithLook())
    await within({ 'mcp.method.name': 'tools/call' }, SpanKind.CLIENT, () =>
      client.callTool({ name: 'look' }),
    )
    assert.equal(clients().length, 0)
    await client.close()
  })

  test('a gateway that calls a tool of the same name behind it has both its spans', async () => {
    const behind = await connect(serverWithLook())
    const gateway = new McpServer({ name: 'gateway', version: '1.0.0' })
    gateway.registerTool('look', {}, async () => {
      assert.ok(trace.getActiveSpan())
      await behind.callTool({ name: 'look' })
      return { content: [] }
    })
    const client = await connect(gateway)
    await client.callTool({ name: 'look' })
    await client.close()
    await behind.close()
    const [innerServer, innerClient, outerServer, outerClient] = spans.named('tools/call look')
    assert.ok(innerServer && innerClient && outerServer && outerClient)
    assert.equal(parentOf(innerServer), innerClient.spanContext().spanId)
    assert.equal(parentOf(innerClient), outerServer.spanContext().spanId)
    assert.equal(parentOf(outerServer), outerClient.spanContext().spanId)
  })
})
