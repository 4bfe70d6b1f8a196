// What is active where a message comes in, and whether it has anything to do with the message.
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { SpanKind } from '@opentelemetry/api'
import { traceMcpClient, traceMcpServer, withRequestContext } from './index.ts'
import { transports } from './test-connections.ts'
import { registerTestSpans, remoteParent } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const { spanId, traceparent } = remoteParent
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' } as const

/** As a transport of an older SDK does it, which hands on nothing of the HTTP request. */
function receiveInRequest(): void {
  const transport = traceMcpServer(new StreamableHTTPServerTransport())
  transport.onmessage = () => undefined
  transport.onmessage(ping)
  transport.onclose?.()
}

describe('an HTTP transport that does not tell of its request', () => {
  test('goes by the headers that a middleware saw', () => {
    withRequestContext({ traceparent }, receiveInRequest)
    const span = spans.one('ping')
    assert.equal(span.parentSpanContext?.spanId, spanId)
    assert.equal(span.attributes['holdfast.context.carrier'], 'http.header')
    assert.equal(span.attributes['network.transport'], 'tcp')
  })

  test('goes by the span of an HTTP instrumentation', () => {
    spans.tracer.startActiveSpan('POST', { kind: SpanKind.SERVER }, (http) => {
      receiveInRequest()
      assert.equal(spans.one('ping').parentSpanContext?.spanId, http.spanContext().spanId)
      assert.equal(spans.one('ping').attributes['holdfast.context.carrier'], 'none')
    })
  })
})

describe('a client within an HTTP request of a server', () => {
  for (const [transport, connect] of Object.entries(transports)) {
    test(`does not take that request's headers for its own, ${transport}`, async () => {
      const makeServer = (): McpServer => {
        const server = new McpServer({ name: 'server', version: '1.0.0' })
        server.registerTool('ask', {}, async () => {
          await server.server.createMessage({ messages: [], maxTokens: 1 })
          return { content: [] }
        })
        return server
      }
      const client = traceMcpClient(
        new Client({ name: 'client', version: '1.0.0' }, { capabilities: { sampling: {} } }),
      )
      client.setRequestHandler(CreateMessageRequestSchema, () => ({
        model: 'm',
        role: 'assistant',
        content: { type: 'text', text: 'so' },
      }))
      await withRequestContext({ traceparent }, async () => {
        const connected = await connect(client, makeServer)
        await client.callTool({ name: 'ask' })
        await connected.close()
      })
      const call = spans.one('tools/call ask')
      assert.equal(call.parentSpanContext?.spanId, spanId)
      const sampling = spans.one('sampling/createMessage')
      assert.equal(sampling.attributes['holdfast.context.carrier'], 'none')
      assert.notEqual(sampling.parentSpanContext?.spanId, spanId)
    })
  }
})
