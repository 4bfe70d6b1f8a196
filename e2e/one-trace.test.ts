// What all of this is for: the example agent of examples/mcp-agent calls the example MCP server in another process, both with
// TELEMETRY_BACKEND=dual, and there is one trace in Holdfast and the same whole trace in a real MLflow. The programs are as
// people copy them, with our package as it is packed; the model is a stand-in, a program that answers by a script.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { TraceDetail } from '../packages/server/src/query/contract.ts'
import { readHops } from './mcp/read-hops.ts'
import { readTraceTree } from './mcp/trace-tree.ts'
import { findExperiment, waitForMlflowTrace, type MlflowSpan } from './mlflow/mlflow-client.ts'
import { startMlflow } from './mlflow/mlflow-process.ts'
import { runChild, startChild, type Child } from './stage/child-process.ts'
import { repository, startHoldfast } from './stage/holdfast-process.ts'
import { layOutExample } from './stage/lay-out-example.ts'
import { getJson, listSpans } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

const standIn = join(repository, 'examples', 'auto-instrumentation', 'provider-stand-in.mjs')

const wholeTrace = [
  'invoke_agent weather, internal, weather-agent',
  '  initialize, client, weather-agent, out by mcp.meta and http.header',
  '    initialize, server, weather-server, in by mcp.meta',
  '  notifications/initialized, client, weather-agent, out by mcp.meta and http.header',
  '    notifications/initialized, server, weather-server, in by mcp.meta',
  '  tools/list, client, weather-agent, out by mcp.meta and http.header',
  '    tools/list, server, weather-server, in by mcp.meta',
  '  chat gpt-5, client, weather-agent',
  '  tools/call get_weather, client, weather-agent, out by mcp.meta and http.header',
  '    tools/call get_weather, server, weather-server, in by mcp.meta',
  '      look at the sky, internal, weather-server',
  '  chat gpt-5, client, weather-agent',
]

test('an agent and an MCP server in another process are one trace, in Holdfast and in MLflow', async (t) => {
  const mlflow = await startMlflow(t)
  if (mlflow === undefined) return
  const [holdfast, folder] = await Promise.all([
    startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) }),
    layOutExample(t, 'mcp-agent'),
  ])
  const env = {
    TELEMETRY_BACKEND: 'dual',
    TELEMETRY_SPOOL_DIR: join(folder, 'spool'),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${holdfast.otlpGrpc}`,
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_EXPERIMENT_NAME: 'weather',
  }
  const start = (title: string, file: string): Child =>
    startChild(t, { title, command: process.execPath, args: [file], env: { ...env, PORT: '0' } })
  const model = await readAddress(start('the stand-in for the model', standIn))
  const server = start('server.mjs', join(folder, 'server.mjs'))
  const agent = await runChild(t, {
    title: 'agent.mjs',
    command: process.execPath,
    args: [join(folder, 'agent.mjs')],
    env: {
      ...env,
      OPENAI_BASE_URL: `${model}/v1`,
      OPENAI_API_KEY: 'none',
      MCP_URL: await readAddress(server),
    },
  })
  assert.equal(agent.code, 0, agent.stderr)
  const [, traceId] = /^trace ([0-9a-f]{32})$/m.exec(agent.stdout) ?? []
  assert.ok(traceId, agent.stdout)
  server.kill('SIGTERM')
  assert.deepEqual(await server.exited, { code: 0, signal: null })
  for (const said of [agent.stderr, server.stderr()]) {
    // A slow MLflow is waited for as long as that costs the agent nothing; the rest is sent at the next start.
    assert.match(said, /^$|HOLDFAST_AWAY_MLFLOW/, 'nobody was warned of anything else')
  }
  await sendSpool(t, folder, env)

  await waitUntil(async () => (await listSpans(holdfast.queryUrl, traceId)).length >= wholeTrace.length)
  assert.deepEqual(await readTraceTree(holdfast.queryUrl, traceId), wholeTrace)
  const detail = await getJson<TraceDetail>(holdfast.queryUrl, `/api/v1/traces/${traceId}`)
  assert.deepEqual(
    [detail?.root_name, detail?.span_count, detail?.error_count],
    ['invoke_agent weather', wholeTrace.length, 0],
  )

  assert.deepEqual(
    (await readHops(holdfast.queryUrl, traceId)).toSorted(),
    ['initialize', 'notifications/initialized', 'tools/call get_weather', 'tools/list'].map(
      (call) => `joined, ${call} to ${call} by mcp.meta`,
    ),
  )

  const ours = await listSpans(holdfast.queryUrl, traceId)
  const { info, spans: theirs } = await waitForMlflowTrace(mlflow.url, traceId, wholeTrace.length)
  assert.deepEqual(
    theirs.map(describeTheirs).toSorted(),
    ours.map((span) => [span.span_id, span.parent_span_id, span.name].join()).toSorted(),
  )
  assert.equal(info.state, 'OK')
  assert.equal(
    info.trace_location.mlflow_experiment.experiment_id,
    await findExperiment(mlflow.url, 'weather'),
  )
  const sky = theirs.find((span) => span.name === 'look at the sky')
  assert.equal(sky?.attributes['mlflow.spanType'], 'RETRIEVER')
})

function describeTheirs(span: MlflowSpan): string {
  return [span.spanId, span.parentSpanId ?? null, span.name].join()
}

/** A next start of any program with this telemetry. */
async function sendSpool(t: TestContext, folder: string, env: Record<string, string>): Promise<void> {
  const file = join(folder, 'send-spool.mjs')
  await writeFile(
    file,
    `import { createTelemetry } from '@holdfast/telemetry'\nawait createTelemetry().flush()\n`,
  )
  const { code, stderr } = await runChild(t, {
    title: 'a next start',
    command: process.execPath,
    args: [file],
    env,
  })
  assert.equal(code, 0, stderr)
}

/** The address that a program says on its first line. */
function readAddress(child: Child): Promise<string> {
  return child.waitForLine((line) => /http:\S+/.exec(line)?.[0])
}
