// The server as a process of its own, over each transport, with a small OTLP receiver to see what it sends.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { after, afterEach, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { startMusicServer, type MusicServer } from '../database/music-database.fixture.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

interface Span {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
}

interface ExportRequest {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

describe('the MCP server', () => {
  let music: MusicServer
  let receiver: Server
  let received: Span[] = []
  let child: ChildProcess | undefined
  before(async () => {
    music = await startMusicServer()
    receiver = createServer((request, response) => {
      void json(request).then((body) => {
        for (const { scopeSpans } of (body as ExportRequest).resourceSpans ?? []) {
          for (const { spans } of scopeSpans) received.push(...spans)
        }
        response.setHeader('content-type', 'application/json').end('{}')
      })
    })
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
  })
  afterEach(() => {
    child?.kill('SIGKILL')
    child = undefined
    received = []
  })
  after(async () => {
    receiver.close().closeAllConnections()
    await music.close()
  })

  const environment = () => ({
    PATH: process.env.PATH ?? '',
    CHINOOK_URL: music.music.readerUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '600000', // so that only the end can have sent them
    TELEMETRY_SPOOL_DIR: 'off',
  })

  async function startListening(transport: string): Promise<URL> {
    child = spawn(process.execPath, [main, '--transport', transport], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    assert.ok(child.stdout)
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return new URL(JSON.parse(line).url)
  }

  async function useTools(transport: Transport): Promise<void> {
    const client = new Client({ name: 'test', version: '1.0.0' })
    await client.connect(transport)
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['list_tables', 'get_table_schema', 'search_relevant_tables', 'execute_sql_query'],
    )
    const sql = 'select count(*) as tracks from track'
    const counted = await client.callTool({ name: 'execute_sql_query', arguments: { sql } })
    assert.deepEqual(counted.structuredContent, {
      columns: ['tracks'],
      rows: [[3503]],
      row_count: 1,
      truncated: false,
    })
    const failed = await client.callTool({ name: 'get_table_schema', arguments: { table: 'song' } })
    assert.equal(failed.isError, true)
    const found = await client.callTool({ name: 'search_relevant_tables', arguments: { query: 'genres' } })
    assert.match(JSON.stringify(found.structuredContent), /its name is genre/)
    const listed = await client.callTool({ name: 'list_tables' })
    assert.match(JSON.stringify(listed.structuredContent), /"table":"album"/)
    await client.close()
  }

  /** SQL of each tool call, by the span that it is a child of. */
  function assertTraced(): void {
    const children = (tool: string) => {
      const call = received.find(({ name }) => name === `tools/call ${tool}`)
      return received
        .filter(({ parentSpanId }) => call !== undefined && parentSpanId === call.spanId)
        .map((s) => s.name)
    }
    assert.deepEqual(children('execute_sql_query'), ['SELECT chinook'])
    assert.deepEqual(children('get_table_schema'), ['SELECT pg_class'])
    assert.deepEqual(children('search_relevant_tables'), ['SELECT search.term', 'SELECT pg_class'])
    assert.deepEqual(children('list_tables'), ['SELECT pg_class'])
  }

  for (const [transport, connect] of Object.entries({
    http: (url: URL) => new StreamableHTTPClientTransport(url),
    sse: (url: URL) => new SSEClientTransport(url),
  })) {
    test(`serves ${transport}, and at SIGTERM sends its spans before it ends`, async () => {
      const url = await startListening(transport)
      assert.equal(url.pathname, '/mcp')
      await useTools(connect(url))
      child?.kill('SIGTERM')
      assert.deepEqual(await once(child as ChildProcess, 'exit'), [0, null])
      assertTraced()
    })
  }

  test('serves stdio, and at the end of its input sends its spans before it ends', async () => {
    const args = [main, '--transport', 'stdio']
    await useTools(new StdioClientTransport({ command: process.execPath, args, env: environment() }))
    assertTraced()
  })

  test('refuses a web page of elsewhere, whatever name it gave this machine', async () => {
    const url = await startListening('http')
    const fromPage = await fetch(url, {
      method: 'POST',
      headers: { origin: 'https://example.com' },
      body: '{}',
    })
    assert.equal(fromPage.status, 403)
  })

  for (const [mistake, args, env] of [
    ['no CHINOOK_URL', [], {}],
    ['an unknown transport', ['--transport', 'pigeon'], { CHINOOK_URL: 'postgresql://nowhere/chinook' }],
  ] as const) {
    test(`does not start with ${mistake}, and says so on stderr alone`, async () => {
      child = spawn(process.execPath, [main, ...args], { env: { TELEMETRY_BACKEND: 'off', ...env } })
      const said = { stdout: '', stderr: '' }
      child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
      child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
      assert.deepEqual(await once(child, 'close'), [1, null])
      assert.equal(said.stdout, '')
      assert.match(said.stderr, /CHINOOK_URL, the address of the database, is not set|--transport is pigeon/)
    })
  }
})
