// Others' programs as the other side, and none of them knows of us: the inspector's CLI as a client that only writes
// `_meta` or only writes a header, and server-everything, which has no tracing at all.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { startChild } from '../stage/child-process.ts'
import { findFreePort } from '../stage/free-port.ts'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { listSpans } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import type { Cell, Transport } from './cells.ts'
import {
  readReport,
  startMcpClient,
  startMcpServer,
  stdioTarget,
  telemetryEnvironment,
} from './mcp-programs.ts'
import { callByInspector, findPartnerPrograms, type PartnerPrograms } from './partner-programs.ts'
import type { Sighting } from './programs/tool-set.ts'
import { waitForTraceTree } from './trace-tree.ts'

const spec = { concurrency: 2, timeout: 300_000 }

test("a call of the inspector's CLI goes on in the trace that it names", spec, async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const programs = await findPartnerPrograms(t)
  const servers = {
    v1: await startMcpServer(t, 'v1', 'mcp', holdfast),
    v2: await startMcpServer(t, 'v2', 'mcp', holdfast),
  }
  const overHttp = { v1: [`${servers.v1.url}/mcp`], v2: [`${servers.v2.url}/mcp`] }
  const viaSse = { v1: [`${servers.v1.url}/sse`], v2: [`${servers.v2.url}/sse`] }
  const byMeta = (traceparent: string): string[] => ['--tool-metadata', `traceparent=${traceparent}`]
  const byHeader = (traceparent: string): string[] => ['--header', `traceparent: ${traceparent}`]
  const call = (title: string, carrier: string, args: (traceparent: string) => string[]): Promise<void> =>
    t.test(title, { timeout: 60_000 }, (t) => callAndFind(t, holdfast, programs, carrier, args))

  await Promise.all(
    (['v1', 'v2'] as const).flatMap((sdk) => [
      call(`SDK ${sdk}, _meta over Streamable HTTP`, 'mcp.meta', (id) => [...overHttp[sdk], ...byMeta(id)]),
      call(`SDK ${sdk}, a header over Streamable HTTP`, 'http.header', (id) => [
        ...overHttp[sdk],
        ...byHeader(id),
      ]),
      call(`SDK ${sdk}, _meta over SSE`, 'mcp.meta', (id) => [...viaSse[sdk], ...byMeta(id)]),
      call(`SDK ${sdk}, a header over SSE`, 'http.header', (id) => [...viaSse[sdk], ...byHeader(id)]),
      call(`SDK ${sdk}, _meta over stdio`, 'mcp.meta', (id) => [
        ...byMeta(id),
        ...Object.entries(telemetryEnvironment(sdk, holdfast)).flatMap(([name, value]) => [
          '-e',
          `${name}=${value}`,
        ]),
        '--',
        ...stdioTarget(sdk, 'mcp'),
      ]),
    ]),
  )
})

async function callAndFind(
  t: TestContext,
  holdfast: Holdfast,
  programs: PartnerPrograms,
  carrier: string,
  args: (traceparent: string) => string[],
): Promise<void> {
  const traceId = randomBytes(16).toString('hex')
  const spanId = randomBytes(8).toString('hex')
  const text = await callByInspector(t, programs, [
    '--tool-name',
    'look',
    ...args(`00-${traceId}-${spanId}-01`),
  ])
  assert.equal((JSON.parse(text) as Sighting).activeTraceId, traceId)
  // The inspector exports nothing, so the span it names is not there.
  await waitForTraceTree(t, holdfast.queryUrl, traceId, expectedTree(carrier))
  const spans = await listSpans(holdfast.queryUrl, traceId)
  const call = spans.find((span) => span.name === 'tools/call look')
  assert.equal(call?.parent_span_id, spanId)
}

function expectedTree(carrier: string): string[] {
  const received = (name: string): string => `${name}, server, mcp-server, in by ${carrier}, PARENT MISSING`
  // Its headers are those of every request.
  const before = ['initialize', 'notifications/initialized', 'tools/list'].map(received)
  return [
    ...(carrier === 'http.header' ? before : []),
    received('tools/call look'),
    '  work of look, internal, mcp-server',
  ]
}

const everything: readonly (Pick<Cell, 'sdk' | 'era' | 'transport'> & {
  readonly word: string
  readonly path: string
})[] = [
  { sdk: 'v1', era: '2025', transport: 'stdio', word: 'stdio', path: '' },
  { sdk: 'v1', era: '2025', transport: 'sse', word: 'sse', path: '/sse' },
  { sdk: 'v1', era: '2025', transport: 'http', word: 'streamableHttp', path: '/mcp' },
  { sdk: 'v2', era: '2026', transport: 'stdio', word: 'stdio', path: '' },
  { sdk: 'v2', era: '2026', transport: 'sse', word: 'sse', path: '/sse' },
  { sdk: 'v2', era: '2026', transport: 'http', word: 'streamableHttp', path: '/mcp' },
]

test('server-everything answers a traced client as it always did', spec, async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const programs = await findPartnerPrograms(t)
  await Promise.all(
    everything.map((cell) =>
      t.test(`SDK ${cell.sdk} over ${cell.transport}`, { timeout: 60_000 }, async (t) => {
        const target =
          cell.transport === 'stdio'
            ? [process.execPath, programs.serverEverything, cell.word]
            : [await startEverything(t, programs, cell.word, cell.path)]
        const tools = ['echo={"message":"hello"}', 'get-sum={"a":2,"b":40}']
        const report = await readReport(
          startMcpClient(t, { cell, tracing: 'mcp,http', target, tools }, holdfast),
        )
        assert.deepEqual(
          report.calls.map((call) => [call.text, call.isError]),
          [
            ['Echo: hello', false],
            ['The sum of 2 and 40 is 42.', false],
          ],
        )
        assert.ok(report.agent)
        await waitForTraceTree(t, holdfast.queryUrl, report.agent.traceId, [
          'invoke_agent tester, internal, mcp-client',
          clientSpan('echo', cell.transport),
          clientSpan('get-sum', cell.transport),
        ])
      }),
    ),
  )
})

function clientSpan(tool: string, transport: Transport): string {
  return `  tools/call ${tool}, client, mcp-client, out by mcp.meta${transport === 'stdio' ? '' : ' and http.header'}`
}

async function startEverything(
  t: TestContext,
  programs: PartnerPrograms,
  word: string,
  path: string,
): Promise<string> {
  const port = await findFreePort()
  const child = startChild(t, {
    title: `server-everything ${word}`,
    command: process.execPath,
    args: [programs.serverEverything, word],
    env: { PORT: String(port) },
  })
  await child.waitForLine((line) => (/port/i.test(line) && line.includes(String(port)) ? true : undefined))
  return `http://127.0.0.1:${port}${path}`
}
