import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { traceMcpClient, traceMcpServer } from './index.ts'
import { transports } from './test-connections.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

let allProgressSeen = Promise.withResolvers<void>()

function makeServer(): McpServer {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('look', {}, (extra) => {
    spans.tracer.startSpan('work').end()
    const seen = {
      meta: extra._meta,
      active: trace.getActiveSpan()?.spanContext().spanId,
      tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value,
    }
    return { content: [{ type: 'text', text: JSON.stringify(seen) }] }
  })
  server.registerTool('refuse', {}, () => ({ content: [{ type: 'text', text: 'no' }], isError: true }))
  server.registerTool('ask', {}, async (extra) => {
    const params = { messages: [{ role: 'user', content: { type: 'text', text: 'well?' } }], maxTokens: 1 }
    const request = { method: 'sampling/createMessage', params } as const
    const answer = await extra.sendRequest(request as never, z.looseObject({ model: z.string() }))
    return { content: [{ type: 'text', text: answer.model }] }
  })
  server.registerTool('count', {}, async (extra) => {
    const progressToken = extra._meta?.progressToken ?? 0
    for (const progress of [1, 2, 3]) {
      await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress } })
    }
    // A client of the SDK forgets the handler of progress with the answer, even if the progress came before it.
    await allProgressSeen.promise
    return { content: [] }
  })
  server.registerResource('readme', 'file:///readme', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'read me' }],
  }))
  server.registerPrompt('greet', {}, () => ({ messages: [] }))
  return server
}

function makeClient(): Client {
  const client = new Client({ name: 'client', version: '1.0.0' }, { capabilities: { sampling: {} } })
  client.setRequestHandler(CreateMessageRequestSchema, () => {
    spans.tracer.startSpan('model').end()
    return { model: 'm', role: 'assistant', content: { type: 'text', text: 'so' } }
  })
  return client
}

/** Runs `work` in an agent's span with baggage, and waits until both ends of every call have ended. */
async function inAgent<T>(work: () => Promise<T>): Promise<T> {
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
  return context.with(propagation.setBaggage(context.active(), baggage), () =>
    spans.tracer.startActiveSpan('agent', async (agent) => {
      const result = await work()
      agent.end()
      return result
    }),
  )
}

interface Seen {
  meta?: Record<string, unknown>
  active?: string
  tenant?: string
}

function seenBy(answer: unknown): Seen {
  const { content } = answer as { content: { text: string }[] }
  return JSON.parse(content[0]?.text ?? '{}') as Seen
}

/** The spans of this name: the client's, and the server's. */
function pair(name: string): { client: ReturnType<typeof spans.one>; server: ReturnType<typeof spans.one> } {
  const named = spans.named(name)
  const client = named.find((span) => span.kind === SpanKind.CLIENT)
  const server = named.find((span) => span.kind === SpanKind.SERVER)
  assert.ok(client !== undefined && server !== undefined && named.length === 2, `${name}: ${named.length}`)
  return { client, server }
}

for (const [transport, connect] of Object.entries(transports)) {
  describe(`SDK 1.x, ${transport}`, () => {
    const network = { 'in memory': undefined, HTTP: 'tcp', SSE: 'tcp', stdio: 'pipe' }[transport]

    test('a tool call is one trace: agent, client, server, what the tool does', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      const answer = await inAgent(() => client.callTool({ name: 'look' }))
      await connected.close()

      const call = pair('tools/call look')
      const agent = spans.one('agent')
      assert.equal(call.client.parentSpanContext?.spanId, agent.spanContext().spanId)
      assert.equal(call.server.parentSpanContext?.spanId, call.client.spanContext().spanId)
      assert.equal(spans.one('work').parentSpanContext?.spanId, call.server.spanContext().spanId)
      assert.equal(spans.one('work').spanContext().traceId, agent.spanContext().traceId)
      const seen = seenBy(answer)
      assert.equal(seen.active, call.server.spanContext().spanId)
      assert.equal(seen.tenant, 'acme')
      assert.equal(call.server.attributes['holdfast.context.carrier'], 'mcp.meta')
      assert.equal(call.client.attributes['mcp.method.name'], 'tools/call')
      assert.equal(call.client.attributes['gen_ai.operation.name'], 'execute_tool')
      assert.equal(call.client.attributes['gen_ai.tool.name'], 'look')
      assert.equal(call.client.attributes['mcp.protocol.version'], '2025-11-25')
      assert.equal(call.server.attributes['mcp.protocol.version'], '2025-11-25')
      assert.equal(call.client.attributes['network.transport'], network)
      assert.equal(call.server.attributes['network.transport'], network)
      const overHttp = network === 'tcp'
      assert.deepEqual(
        call.client.attributes['holdfast.context.injected'],
        overHttp ? ['mcp.meta', 'http.header'] : ['mcp.meta'],
      )
      assert.equal(call.client.attributes['server.address'], overHttp ? '127.0.0.1' : undefined)
      if (transport === 'HTTP') {
        assert.match(String(call.client.attributes['mcp.session.id']), /^[0-9a-f-]{36}$/)
        assert.equal(call.server.attributes['mcp.session.id'], call.client.attributes['mcp.session.id'])
      }
      assert.equal(call.client.attributes['gen_ai.tool.call.result'], undefined)
    })

    test('where only the client traces, its span stands alone and the context arrives', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, makeServer)
      const answer = await inAgent(() => client.callTool({ name: 'look' }))
      await connected.close()
      const call = spans.one('tools/call look')
      assert.match(String(seenBy(answer).meta?.['traceparent']), new RegExp(call.spanContext().spanId))
      assert.equal(seenBy(answer).meta?.['baggage'], 'tenant=acme')
    })

    test('where only the server traces, a call is its own, and the handler runs in its span', async () => {
      const client = makeClient()
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      const answer = await inAgent(() => client.callTool({ name: 'look' }))
      await connected.close()
      const call = spans.one('tools/call look')
      assert.equal(call.kind, SpanKind.SERVER)
      assert.equal(call.attributes['holdfast.context.carrier'], 'none')
      assert.equal(seenBy(answer).active, call.spanContext().spanId)
      assert.equal(spans.one('work').parentSpanContext?.spanId, call.spanContext().spanId)
    })

    test('a server that was started within a span does not keep its calls there', async () => {
      const client = makeClient()
      const connected = await spans.tracer.startActiveSpan('startup', async (startup) => {
        const starting = await connect(client, () => traceMcpServer(makeServer()))
        startup.end()
        return starting
      })
      await client.callTool({ name: 'look' })
      await connected.close()
      assert.equal(spans.one('tools/call look').parentSpanContext, undefined)
    })

    test('what a tool asks of the client goes on in the same trace, in the other direction', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      await inAgent(() => client.callTool({ name: 'ask' }))
      await connected.close()
      const tool = pair('tools/call ask')
      const sampling = pair('sampling/createMessage')
      assert.equal(sampling.client.parentSpanContext?.spanId, tool.server.spanContext().spanId)
      assert.equal(sampling.server.parentSpanContext?.spanId, sampling.client.spanContext().spanId)
      assert.equal(spans.one('model').parentSpanContext?.spanId, sampling.server.spanContext().spanId)
      assert.equal(sampling.server.attributes['holdfast.context.carrier'], 'mcp.meta')
    })

    test('a tool that says it failed, and a method that does not exist, are errors on both sides', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      await client.callTool({ name: 'refuse' })
      await assert.rejects(client.request({ method: 'no/such' }, z.looseObject({})))
      await connected.close()
      for (const span of Object.values(pair('tools/call refuse'))) {
        assert.equal(span.attributes['error.type'], 'tool_error')
        assert.equal(span.status.code, SpanStatusCode.ERROR)
        assert.equal(span.status.message, undefined)
        assert.equal(span.attributes['rpc.response.status_code'], undefined)
      }
      for (const span of Object.values(pair('no/such'))) {
        assert.equal(span.attributes['error.type'], '-32601')
        assert.equal(span.attributes['rpc.response.status_code'], '-32601')
        assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'Method not found' })
      }
    })

    test('progress has no spans and is still told', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      const progress: number[] = []
      allProgressSeen = Promise.withResolvers()
      await client.callTool({ name: 'count' }, undefined, {
        onprogress: (told) => {
          if (progress.push(told.progress) === 3) allProgressSeen.resolve()
        },
      })
      await connected.close()
      assert.deepEqual(progress, [1, 2, 3])
      assert.equal(spans.named('notifications/progress').length, 0)
    })

    test('resources and prompts, and what is sent to connect, have their names', async () => {
      const client = traceMcpClient(makeClient())
      const connected = await connect(client, () => traceMcpServer(makeServer()))
      await client.readResource({ uri: 'file:///readme' })
      await client.getPrompt({ name: 'greet' })
      await connected.close()
      assert.equal(pair('resources/read').server.attributes['mcp.resource.uri'], 'file:///readme')
      assert.equal(pair('prompts/get greet').client.attributes['gen_ai.prompt.name'], 'greet')
      assert.equal(pair('initialize').server.attributes['mcp.protocol.version'], '2025-11-25')
      const { client: initialized } = pair('notifications/initialized')
      assert.equal(initialized.attributes['jsonrpc.request.id'], undefined)
    })
  })
}

test('on a pipe, a span that still is open since the server was started is not the parent either', async () => {
  const client = makeClient()
  await spans.tracer.startActiveSpan('startup', async (startup) => {
    const connected = await transports.stdio(client, () => traceMcpServer(makeServer()))
    await client.callTool({ name: 'look' })
    await connected.close()
    startup.end()
  })
  assert.equal(spans.one('tools/call look').parentSpanContext, undefined)
})
