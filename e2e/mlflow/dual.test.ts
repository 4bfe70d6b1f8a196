// TELEMETRY_BACKEND=dual: the real Holdfast and a real MLflow have the same trace, also when MLflow was away.
import assert from 'node:assert/strict'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readReport } from '../mcp/mcp-programs.ts'
import { atEnd } from '../stage/at-end.ts'
import { startChild } from '../stage/child-process.ts'
import { repository, startHoldfast } from '../stage/holdfast-process.ts'
import { listSpans } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { runAgent } from './agent-process.ts'
import { waitForMlflowTrace } from './mlflow-client.ts'
import { startMlflow } from './mlflow-process.ts'

type Edge = readonly [span: string, parent: string | null, isError: boolean]

/** Ids, parents and failures of a trace, as each of the two tells them. */
async function readBoth(
  queryUrl: string,
  mlflowUrl: string,
  traceId: string,
  spanCount: number,
): Promise<{ ours: Edge[]; theirs: Edge[] }> {
  await waitUntil(async () => {
    const spans = await listSpans(queryUrl, traceId)
    return spans.length === spanCount && spans.every((span) => !span.running)
  })
  const inHoldfast = await listSpans(queryUrl, traceId)
  const inMlflow = await waitForMlflowTrace(mlflowUrl, traceId, spanCount)
  const sort = (edges: Edge[]): Edge[] => edges.sort(([a], [b]) => a.localeCompare(b))
  return {
    ours: sort(inHoldfast.map((span) => [span.span_id, span.parent_span_id, span.status === 'error'])),
    theirs: sort(
      inMlflow.spans.map((span) => [
        span.spanId,
        span.parentSpanId ?? null,
        span.status === 'STATUS_CODE_ERROR',
      ]),
    ),
  }
}

async function startSilentServer(t: TestContext): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => sockets.delete(socket))))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('an agent that sends to both', async (t) => {
  const mlflow = await startMlflow(t, { isStarted: false })
  if (mlflow === undefined) return
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const env = {
    TELEMETRY_BACKEND: 'dual',
    TELEMETRY_SPOOL_DIR: await makeTemporaryDirectory(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${holdfast.otlpGrpc}`,
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_EXPERIMENT_NAME: 'both',
  }
  let during = ''

  await t.test('is unharmed while MLflow is away, and Holdfast has everything', async () => {
    const { traceId, deliveries } = await runAgent(t, 'plan-trip', env)
    during = traceId
    await waitUntil(async () => (await listSpans(holdfast.queryUrl, traceId)).length === 5)
    assert.deepEqual([deliveries['otlp']?.delivered, deliveries['mlflow']?.spooled], [5, 5])
  })

  await t.test('is unharmed by an MLflow that takes connections and never answers', async () => {
    const silent = await startSilentServer(t)
    const { traceId, deliveries } = await runAgent(t, 'plan-trip', { ...env, MLFLOW_TRACKING_URI: silent })
    await waitUntil(async () => (await listSpans(holdfast.queryUrl, traceId)).length === 5)
    assert.deepEqual([deliveries['otlp']?.delivered, deliveries['mlflow']?.delivered], [5, 0])
  })

  await t.test('has the same in MLflow when that is back: what is new and what had waited', async () => {
    await mlflow.start()
    const after = await runAgent(t, 'plan-trip', env)
    for (const traceId of [during, after.traceId]) {
      const { ours, theirs } = await readBoth(holdfast.queryUrl, mlflow.url, traceId, 5)
      assert.equal(ours.length, 5)
      assert.deepEqual(theirs, ours)
    }
  })

  await t.test('has one whole trace in each with an MCP server that sends to both too', async () => {
    const programs = join(repository, 'e2e', 'mcp', 'programs')
    const agent = startChild(t, {
      title: 'an agent with an MCP server on stdio',
      command: process.execPath,
      args: [
        join(programs, 'call-v2.ts'),
        ...['--transport', 'stdio', '--call', 'look', '--call', 'refuse', '--'],
        ...[process.execPath, join(programs, 'serve-v2.ts'), '--transport', 'stdio'],
      ],
      env,
    })
    const traceId = (await readReport(agent)).agent?.traceId ?? ''
    const expected = [
      ['mcp-client', 'invoke_agent tester'],
      ['mcp-client', 'tools/call look'],
      ['mcp-client', 'tools/call refuse'],
      ['mcp-server', 'tools/call look'],
      ['mcp-server', 'tools/call refuse'],
      ['mcp-server', 'work of look'],
      ['mcp-server', 'work of refuse'],
    ]
    const { ours, theirs } = await readBoth(holdfast.queryUrl, mlflow.url, traceId, expected.length)
    assert.deepEqual(theirs, ours)
    const spans = await listSpans(holdfast.queryUrl, traceId)
    assert.deepEqual(spans.map((span) => [span.service_name, span.name]).sort(), expected)
    assert.equal(ours.filter(([, parent]) => parent === null).length, 1)
  })
})
