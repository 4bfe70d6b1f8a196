// MCP tracing records what the service of the process may record, whichever of them comes first.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createTelemetry, type TelemetryService } from '../index.ts'
import { traceMcpClient, type McpTracingOptions } from './index.ts'

let telemetry: TelemetryService
afterEach(() => telemetry.shutdown())

/** The attributes of the CLIENT span of a call of a tool, as text. */
async function callEcho(create: () => TelemetryService, options?: McpTracingOptions): Promise<string> {
  const server = new McpServer({ name: 'server', version: '1.0.0' })
  server.registerTool('echo', {}, () => ({ content: [{ type: 'text', text: 'secret '.repeat(100) }] }))
  const client = traceMcpClient(new Client({ name: 'client', version: '1.0.0' }), options)
  telemetry = create()
  const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
  await server.connect(serverEnd)
  await client.connect(clientEnd)
  await client.callTool({ name: 'echo', arguments: {} })
  await client.close()
  const span = telemetry.finishedSpans().find(({ name }) => name === 'tools/call echo')
  return JSON.stringify(span?.attributes ?? assert.fail('no span'))
}

test('an option of createTelemetry counts, and not the environment below it', async () => {
  process.env['TELEMETRY_CAPTURE_CONTENT'] = 'all'
  try {
    const create = () => createTelemetry({ backend: 'memory', captureContent: 'none' })
    assert.doesNotMatch(await callEcho(create), /secret/)
  } finally {
    delete process.env['TELEMETRY_CAPTURE_CONTENT']
  }
})

test('what the service may record, MCP tracing records, and no more of it', async () => {
  const env = { TELEMETRY_VALUE_MAX_CHARS: '100' }
  const attributes = await callEcho(() => createTelemetry({ backend: 'memory', captureContent: 'all', env }))
  assert.match(attributes, /secret/)
  assert.match(attributes, /characters left out/)
  assert.match(attributes, /"holdfast.content.truncated":true/)
})

test('what an author says of one connection counts for that one', async () => {
  const create = () => createTelemetry({ backend: 'memory', captureContent: 'explicit', env: {} })
  assert.match(await callEcho(create, { captureContent: true }), /secret/)
})
