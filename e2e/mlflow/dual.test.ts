// TELEMETRY_BACKEND=dual: the real Holdfast and a real MLflow have the same trace, also when MLflow was away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readReport } from '../mcp/mcp-programs.ts'
import { startChild } from '../stage/child-process.ts'
import { repository, startHoldfast } from '../stage/holdfast-process.ts'
import { listSpans } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { join } from 'node:path'
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
): Promise<{ holdfast: Edge[]; mlflow: Edge[] }> {
  await waitUntil(async () => {
    const spans = await listSpans(queryUrl, traceId)
    return spans.length === spanCount && spans.every((span) => !span.running)
  })
  const ours = await listSpans(queryUrl, traceId)
  const { spans: theirs } = await waitForMlflowTrace(mlflowUrl, traceId, spanCount)
  const sort = (edges: Edge[]): Edge[] => edges.sort(([a], [b]) => a.localeCompare(b))
  return {
    holdfast: sort(ours.map((span) => [span.span_id, span.parent_span_id, span.status === 'error'])),
    mlflow: sort(
      theirs.map((span) => [span.spanId, span.parentSpanId ?? null, span.status === 'STATUS_CODE_ERROR']),
    ),
  }
}

test('an agent and an MCP server that both send to both give one trace, whole in each', async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const mlflow = await startMlflow(t)
  const env = {
    TELEMETRY_BACKEND: 'dual',
    TELEMETRY_SPOOL_DIR: 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${holdfast.otlpGrpc}`,
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_EXPERIMENT_NAME: 'both sides',
  }
  const programs = join(repository, 'e2e', 'mcp', 'programs')
  const client = startChild(t, {
    title: 'an agent with an MCP server on stdio',
    command: process.execPath,
    args: [
      join(programs, 'call-v2.ts'),
      ...['--transport', 'stdio', '--call', 'look', '--call', 'refuse', '--'],
      ...[join(programs, 'serve-v2.ts'), '--transport', 'stdio'],
    ],
    env,
  })
  const report = await readReport(client)
  const traceId = report.agent?.traceId ?? ''
  // invoke_agent; per call: the client's span, the server's, and the tool's own. Listing tools makes one more pair.
  await waitUntil(async () =>
    (await listSpans(holdfast.queryUrl, traceId)).some((span) => span.parent_span_id === null),
  )
  const services = new Set((await listSpans(holdfast.queryUrl, traceId)).map((span) => span.service_name))
  assert.deepEqual([...services].sort(), ['mcp-client', 'mcp-server'])
  const { length } = await listSpans(holdfast.queryUrl, traceId)
  assert.ok(length >= 7, `${length} spans`)
  const { holdfast: ours, mlflow: theirs } = await readBoth(holdfast.queryUrl, mlflow.url, traceId, length)
  assert.deepEqual(theirs, ours)
})

test('while MLflow is away Holdfast has everything and the agent is unharmed; MLflow gets it when it is back', async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const mlflow = await startMlflow(t, { isStarted: false })
  const env = {
    TELEMETRY_BACKEND: 'dual',
    TELEMETRY_SPOOL_DIR: await makeTemporaryDirectory(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${holdfast.otlpGrpc}`,
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_EXPERIMENT_NAME: 'outage',
  }
  const during = await runAgent(t, 'plan-trip', env)
  await waitUntil(async () => (await listSpans(holdfast.queryUrl, during.traceId)).length === 5)
  const { delivered, spooled } = {
    ...during.deliveries['otlp']!,
    spooled: during.deliveries['mlflow']?.spooled,
  }
  assert.deepEqual({ delivered, spooled }, { delivered: 5, spooled: 5 })

  await mlflow.start()
  const after = await runAgent(t, 'plan-trip', env)
  for (const { traceId } of [during, after]) {
    const { holdfast: ours, mlflow: theirs } = await readBoth(holdfast.queryUrl, mlflow.url, traceId, 5)
    assert.equal(ours.length, 5)
    assert.deepEqual(theirs, ours)
  }
})
