// Nothing is registered with the OpenTelemetry API: tracing must not be noticed.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { context, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { traceMcpClient, traceMcpServer } from './index.ts'
import { transports } from './test-connections.ts'

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

function makeServer(behind?: Client): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, async (extra) => {
    if (behind !== undefined) return (await behind.callTool({ name: 'look' })) as { content: [] }
    return { content: [{ type: 'text', text: JSON.stringify(extra._meta ?? null) }] }
  })
  return server
}

const newClient = (): Client => traceMcpClient(new Client({ name: 'client', version: '1.0.0' }))
const textOf = (answer: unknown): unknown =>
  JSON.parse((answer as { content: { text: string }[] }).content[0]?.text ?? '')

describe('without an SDK', () => {
  for (const [transport, connect] of Object.entries(transports)) {
    test(`a call is as it would be untraced, ${transport}`, async () => {
      const client = newClient()
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      assert.equal(textOf(await client.callTool({ name: 'look' })), null)
      const meta = { traceparent, other: 1 }
      assert.deepEqual(textOf(await client.callTool({ name: 'look', _meta: meta })), meta)
      await connected.close()
    })
  }
})

describe('with a propagator and a context manager, but no tracer', () => {
  after(() => {
    context.disable()
    propagation.disable()
  })

  test('a context that came in is handed on to the next server', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const behind = newClient()
    const inner = await transports.stdio(behind, () => makeServer())
    const client = new Client({ name: 'client', version: '1.0.0' })
    const outer = await transports.HTTP(client, () => traceMcpServer(makeServer(behind)))
    const answer = await client.callTool({ name: 'look', _meta: { traceparent } })
    assert.deepEqual(textOf(answer), { traceparent })
    await outer.close()
    await inner.close()
  })
})
