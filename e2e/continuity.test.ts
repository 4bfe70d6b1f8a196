// Where traces join and break, told by the server of what real MCP clients and servers sent from processes of their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokenHop, Continuity, TraceDetail, TraceList } from '../packages/server/src/query/contract.ts'
import type { ContinuityReport } from '../packages/server/src/cli/doctor-continuity.ts'
import { cells, type Cell } from './mcp/cells.ts'
import { readReport, startMcpClient, startMcpServer } from './mcp/mcp-programs.ts'
import { runHoldfast, startHoldfast } from './stage/holdfast-process.ts'
import { getJson } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

const cell = cells.find(
  (each) => each.sdk === 'v2' && each.era === '2026' && each.transport === 'http',
) as Cell

test('calls between processes join or break, and each break says why', { timeout: 120_000 }, async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const traced = await startMcpServer(t, 'v2', 'mcp', holdfast)
  const untraced = await startMcpServer(t, 'v2', 'none', holdfast)
  const call = async (tracing: string, { url }: { url: string }, tools = ['look']) => {
    const target = [`${url}${cell.path}`]
    return await readReport(startMcpClient(t, { cell, tracing, target, tools }, holdfast))
  }
  const read = async (traceId: string): Promise<Continuity | undefined> =>
    (await getJson<TraceDetail>(holdfast.queryUrl, `/api/v1/traces/${traceId}`))?.continuity
  const reasons = (broken: readonly BrokenHop[]) => broken.map(({ reason, tool }) => [reason, tool])

  const both = (await call('mcp', traced, ['look', 'refuse'])).agent!.traceId
  await waitUntil(async () => ((await read(both))?.joined_count ?? 0) >= 2)
  const joined = await read(both)
  assert.deepEqual(
    joined!.joined.filter((hop) => hop.mcp_method === 'tools/call').map((hop) => [hop.tool, hop.carrier]),
    [
      ['look', 'mcp.meta'],
      ['refuse', 'mcp.meta'],
    ],
  )
  assert.deepEqual(joined!.broken, [])

  const clientOnly = (await call('mcp', untraced)).agent!.traceId
  await waitUntil(async () => ((await read(clientOnly))?.broken_count ?? 0) > 0)
  assert.deepEqual(reasons((await read(clientOnly))!.broken), [['no_server_span', 'look']])

  assert.equal((await call('none', traced)).agent, null)
  const known = new Set([both, clientOnly])
  const findRoot = async (): Promise<string | undefined> => {
    const list = await getJson<TraceList>(holdfast.queryUrl, '/api/v1/traces?name=tools/call%20look')
    return list!.items.find((trace) => !known.has(trace.trace_id))?.trace_id
  }
  await waitUntil(async () => (await findRoot()) !== undefined)
  const serverOnly = await read((await findRoot())!)
  assert.deepEqual(reasons(serverOnly!.broken), [['context_not_received', 'look']])
  assert.equal(serverOnly!.broken[0]?.carrier, 'none')

  const doctor = await runHoldfast(t, ['doctor', '--continuity', '--json', '--url', holdfast.queryUrl])
  assert.equal(doctor.code, 1)
  const report = JSON.parse(doctor.stdout) as ContinuityReport
  assert.equal(report.broken_count, 2)
  assert.ok(report.joined_count >= 2)
})
