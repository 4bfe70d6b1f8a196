// MCP propagation between separate processes: every generation, era and transport, with tracing on both sides or on one,
// without and with HTTP instrumentation. All of them export to one Holdfast, and what counts is what its Query API says.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { listSpans, readLedger } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import {
  bothSides,
  cells,
  mixedCells,
  sides,
  sidesUnderHttpInstrumentation,
  type Cell,
  type Sides,
} from './cells.ts'
import { expectAgentTrace, expectHops, expectServerHops, expectServerTrace } from './expected-tree.ts'
import {
  readReport,
  startMcpClient,
  startMcpServer,
  stdioTarget,
  type McpServerProgram,
} from './mcp-programs.ts'
import type { AgentReport } from './programs/run-agent.ts'
import type { Sighting } from './programs/tool-set.ts'
import { readHops } from './read-hops.ts'
import { readTraceTree, waitForTraceTree } from './trace-tree.ts'

const allTools = ['look', 'refuse', 'crash']

/** By trace id what it is to be, compared again when every process has ended, and how the server is to judge its hops. */
type Expectations = Map<string, { readonly tree: readonly string[]; readonly hops: readonly string[] }>

test(
  'every MCP call is one trace, or whole on the sides that take part',
  { concurrency: 2, timeout: 300_000 },
  async (t) => {
    const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
    const servers = await startServers(t, holdfast)
    const expectations: Expectations = new Map()
    const run = (cell: Cell, pair: Sides): Promise<void> =>
      t.test(`${cell.title}: ${pair.title}`, { timeout: 60_000 }, (t) =>
        runCell(t, holdfast, servers, cell, pair, expectations),
      )
    await Promise.all([
      ...cells.flatMap((cell) => sides.map((pair) => run(cell, pair))),
      ...cells
        .filter((cell) => cell.transport !== 'stdio')
        .flatMap((cell) => sidesUnderHttpInstrumentation.map((pair) => run(cell, pair))),
      ...mixedCells.map((cell) => run(cell, bothSides)),
    ])

    for (const { child } of servers.values()) child.kill('SIGTERM')
    for (const { child } of servers.values()) await child.exited
    await waitUntil(async () => (await readLedger(holdfast.queryUrl)).payloads.pending === 0)
    for (const [traceId, { tree, hops }] of expectations) {
      assert.deepEqual(await readTraceTree(holdfast.queryUrl, traceId), tree, 'something came later')
      assert.deepEqual(await readHops(holdfast.queryUrl, traceId), hops, tree.join('\n'))
    }
  },
)

/** By SDK and mode: processes take a second to start, so cells share them. */
async function startServers(t: TestContext, holdfast: Holdfast): Promise<Map<string, McpServerProgram>> {
  const servers = new Map<string, McpServerProgram>()
  for (const sdk of ['v1', 'v2'] as const)
    for (const tracing of ['none', 'mcp', 'http', 'mcp,http'])
      servers.set(`${sdk} ${tracing}`, await startMcpServer(t, sdk, tracing, holdfast))
  return servers
}

async function runCell(
  t: TestContext,
  holdfast: Holdfast,
  servers: ReadonlyMap<string, McpServerProgram>,
  cell: Cell,
  pair: Sides,
  expectations: Expectations,
): Promise<void> {
  const tools = pair.client.includes('http') || pair.server.includes('http') ? ['look'] : allTools
  const url = servers.get(`${cell.serverSdk} ${pair.server}`)?.url
  const target =
    cell.transport === 'stdio' ? stdioTarget(cell.serverSdk, pair.server) : [`${url}${cell.path}`]
  const report = await readReport(startMcpClient(t, { cell, tracing: pair.client, target, tools }, holdfast))
  assert.equal(report.protocolVersion, cell.protocolVersion)
  checkAnswers(report, tools)
  const sightings = report.calls.slice(0, 2).map((call) => JSON.parse(call.text ?? '') as Sighting)

  if (report.agent === null) {
    for (const [at, seen] of sightings.entries()) {
      assert.deepEqual([seen.meta['traceparent'], seen.baggage], [undefined, {}])
      assert.ok(seen.activeTraceId)
      const tool = tools[at] ?? ''
      const tree = expectServerTrace(tool)
      expectations.set(seen.activeTraceId, { tree, hops: expectServerHops(tool) })
      await waitForTraceTree(t, holdfast.queryUrl, seen.activeTraceId, tree)
    }
    return
  }
  const { traceId } = report.agent
  const tree = expectAgentTrace(cell, pair, tools)
  expectations.set(traceId, { tree, hops: expectHops(pair, tools) })
  await waitForTraceTree(t, holdfast.queryUrl, traceId, tree)
  for (const [at, seen] of sightings.entries())
    await checkContext(holdfast, traceId, cell, pair, tools[at] ?? '', seen)
}

function checkAnswers(report: AgentReport, tools: readonly string[]): void {
  assert.deepEqual(
    report.calls.map((call) => [call.tool, call.isError, call.thrown]),
    tools.map((tool) => [tool, tool !== 'look', null]),
  )
}

/** What the server saw of the context: in `_meta`, in the headers as they were on the wire, and where the tool ran. */
async function checkContext(
  holdfast: Holdfast,
  traceId: string,
  cell: Cell,
  pair: Sides,
  tool: string,
  seen: Sighting,
): Promise<void> {
  const spans = await listSpans(holdfast.queryUrl, traceId)
  const caller = spans.find(
    (span) => span.kind === 'client' && (span.name === `tools/call ${tool}` || span.name === 'POST'),
  )
  assert.ok(caller)
  const traceparent = `00-${traceId}-${caller.span_id}-01`
  const baggage = 'tenant=acme%20%26%20s%C3%B6hne'
  if (pair.client.startsWith('mcp')) {
    assert.deepEqual([seen.meta['traceparent'], seen.meta['baggage']], [traceparent, baggage])
  } else {
    assert.equal(seen.meta['traceparent'], undefined)
  }
  assert.deepEqual(seen.traceparents, cell.transport === 'stdio' ? null : [traceparent])
  assert.equal(seen.baggageHeader, cell.transport === 'stdio' ? null : baggage)
  assert.deepEqual(
    [seen.activeTraceId, seen.baggage],
    pair.server === 'none' ? [null, {}] : [traceId, { tenant: 'acme & söhne' }],
  )
}
