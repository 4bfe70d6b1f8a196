// Calls that come to a bad end: the server is killed, the user gives up, the time is over. Every span ends and tells why.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Child } from '../stage/child-process.ts'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { cells, type Cell } from './cells.ts'
import { readReport, startMcpClient, startMcpServer, stdioTarget } from './mcp-programs.ts'
import type { CallReport } from './programs/run-agent.ts'
import { waitForTraceTree } from './trace-tree.ts'

/** The first is given up by the user, the second by the clock; the third shows that the connection is as good as before. */
const gaveUp = ['hang={"until":"abort"}', 'hang={"until":"timeout"}', 'look']

test(
  'a call that comes to a bad end says so, on both sides that can',
  { concurrency: 2, timeout: 300_000 },
  async (t) => {
    const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
    const run = (what: string, cell: Cell, work: typeof killServer): Promise<void> =>
      t.test(`${cell.title}: ${what}`, { timeout: 60_000 }, (t) => work(t, holdfast, cell))
    await Promise.all(
      cells.flatMap((cell) => [
        run('the server is killed in the middle of a call', cell, killServer),
        run('the user gives up, and the time is over', cell, giveUp),
      ]),
    )
  },
)

/** What the SDKs throw, and what the span has to say then. */
const ends: readonly (readonly [RegExp, string])[] = [
  [/fetch failed/, 'TypeError'],
  [/the user gave up/, 'cancelled'],
  [/Connection closed/, 'connection_closed'],
]

/** Nothing is left of the server's half: it could not end its span. The client's ends with an error. */
async function killServer(t: TestContext, holdfast: Holdfast, cell: Cell): Promise<void> {
  const { client, serverPid } = await startHangingCall(t, holdfast, cell, gaveUp.slice(0, 1))
  process.kill(serverPid, 'SIGKILL')
  // Where the answer was to come on a stream, the client opens it again and again: it waits until somebody gives up.
  if (cell.transport !== 'stdio') client.kill('SIGUSR2')
  const { traceId, calls } = await readEnd(client)
  const thrown = calls[0]?.thrown ?? ''
  const [, error] = ends.find(([pattern]) => pattern.test(thrown)) ?? []
  assert.ok(error, thrown)
  await waitForTraceTree(t, holdfast.queryUrl, traceId, [
    'invoke_agent tester, internal, mcp-client',
    clientSpan(cell, 'hang', error),
  ])
}

async function giveUp(t: TestContext, holdfast: Holdfast, cell: Cell): Promise<void> {
  const { client } = await startHangingCall(t, holdfast, cell, gaveUp)
  client.kill('SIGUSR2')
  const { traceId, calls } = await readEnd(client)
  assert.match(calls[0]?.thrown ?? '', /the user gave up/)
  assert.match(calls[1]?.thrown ?? '', /timed out/i)
  assert.equal(calls[2]?.thrown, null)

  const isPerRequest = cell.sdk === 'v2' && cell.path === '/mcp'
  // In the 2026 era, over HTTP, the SDK hangs up without a word, and without a reason that could be recorded.
  const timedOut = isPerRequest && cell.era === '2026' ? 'cancelled' : 'timeout'
  // A server that lives for one request never hears of a cancellation: its connection closes.
  await waitForTraceTree(t, holdfast.queryUrl, traceId, [
    'invoke_agent tester, internal, mcp-client',
    clientSpan(cell, 'hang', 'cancelled'),
    `    tools/call hang, server, mcp-server, in by mcp.meta, error "${isPerRequest ? 'connection_closed' : 'cancelled'}"`,
    clientSpan(cell, 'hang', timedOut),
    `    tools/call hang, server, mcp-server, in by mcp.meta, error "${isPerRequest ? 'connection_closed' : timedOut}"`,
    clientSpan(cell, 'look'),
    '    tools/call look, server, mcp-server, in by mcp.meta',
    '      work of look, internal, mcp-server',
  ])
}

/** Resolves when the server has the first call. */
async function startHangingCall(
  t: TestContext,
  holdfast: Holdfast,
  cell: Cell,
  tools: readonly string[],
): Promise<{ client: Child; serverPid: number }> {
  const server =
    cell.transport === 'stdio' ? undefined : await startMcpServer(t, cell.serverSdk, 'mcp', holdfast)
  const target = server === undefined ? stdioTarget(cell.serverSdk, 'mcp') : [`${server.url}${cell.path}`]
  const client = startMcpClient(t, { cell, tracing: 'mcp', target, tools }, holdfast)
  // A server on stdio says it on its stderr, which is its client's.
  const serverPid = await (server?.child ?? client).waitForLine((line) =>
    line.startsWith('{"hanging"') ? (JSON.parse(line) as { hanging: number }).hanging : undefined,
  )
  return { client, serverPid }
}

async function readEnd(client: Child): Promise<{ traceId: string; calls: readonly CallReport[] }> {
  const { agent, calls } = await readReport(client)
  assert.ok(agent)
  return { traceId: agent.traceId, calls }
}

function clientSpan(cell: Cell, tool: string, error?: string): string {
  const carriers = cell.transport === 'stdio' ? 'mcp.meta' : 'mcp.meta and http.header'
  return `  tools/call ${tool}, client, mcp-client, out by ${carriers}${error ? `, error "${error}"` : ''}`
}
