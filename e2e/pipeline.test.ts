// The whole line: OpenTelemetry SDK → OpenTelemetry Collector → worker → PostgreSQL → Query API. The services are those of
// docker-compose.yml, started as processes in the order and under the conditions that it states.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { findCollector } from './collector/build-collector.ts'
import { startCollector } from './collector/collector-process.ts'
import { recordAgentRun, serviceName } from './pipeline/record-agent-run.ts'
import { runChild } from './stage/child-process.ts'
import { repository, runHoldfast, startHoldfast, type Holdfast } from './stage/holdfast-process.ts'
import { startPostgres, type Postgres } from './stage/postgres-process.ts'
import { findTrace, getJson, listSpans, readLedger } from './stage/query-client.ts'
import { waitUntil } from './stage/wait-until.ts'
import type { TraceList } from '../packages/server/src/query/contract.ts'

interface Service {
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly healthcheck?: { readonly test: readonly string[] }
}
const { services } = parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, Service>>
}

test('spans of the OpenTelemetry SDK come through the Collector into PostgreSQL and out of the Query API', async (t) => {
  const collectorBinary = await findCollector()
  if (collectorBinary === undefined) {
    console.error(
      '\n!!! SKIPPED: the pipeline test needs an OpenTelemetry Collector. Install Go, or put otelcol on PATH. !!!\n',
    )
    t.skip('neither Go to build the OpenTelemetry Collector nor an otelcol on PATH')
    return
  }
  assert.deepEqual(orderOfStart(), ['postgres', 'otel-worker-migrate', 'otel-worker', 'otel-collector'])

  const postgres = await startPostgres(t)
  await migrateOnce(t, postgres)
  const worker = await startHoldfast(t, { url: postgres.url })
  await waitForHealth(t, worker)
  const collector = await startCollector(t, collectorBinary, worker.otlpGrpc)

  const run = await recordAgentRun(collector.otlpHttpUrl)
  await waitUntil(async () => (await listSpans(worker.queryUrl, run.traceId)).length === 3)

  const spans = await listSpans(worker.queryUrl, run.traceId, 'attributes')
  const byName = new Map(spans.map((span) => [span.name, span]))
  const [agent, chat, tool] = ['invoke_agent researcher', 'chat gpt-5', 'execute_tool search'].map((name) => {
    const span = byName.get(name)
    assert.ok(span, `no span ${name} among ${[...byName.keys()].join(', ')}`)
    return span
  })
  assert.ok(agent && chat && tool)

  assert.equal(agent.parent_span_id, null)
  assert.equal(agent.span_id, run.rootSpanId)
  assert.equal(chat.parent_span_id, agent.span_id)
  assert.equal(tool.parent_span_id, agent.span_id)
  assert.deepEqual([agent.kind, chat.kind, tool.kind], ['internal', 'client', 'internal'])
  assert.deepEqual([agent.status, chat.status, tool.status], ['unset', 'ok', 'error'])
  assert.equal(tool.status_message, 'the index is empty')

  assert.deepEqual(chat.attributes, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.request.temperature': 0.25,
    'gen_ai.usage.input_tokens': 1200,
    'gen_ai.usage.output_tokens': 34,
    'gen_ai.response.finish_reasons': ['stop'],
    'app.cached': false,
    'app.question': 'Où est le café? 🚀',
  })
  assert.deepEqual(
    tool.events?.map((event) => [event.name, event.attributes]),
    [['retry', { attempt: 2 }]],
  )
  assert.equal(tool.start_time, '2026-11-23T10:00:00.123456789Z')
  assert.equal(tool.duration_ms, 1.000001)
  assert.equal(chat.service_name, serviceName)
  assert.equal(chat.resource?.attributes['deployment.environment.name'], 'e2e')
  assert.deepEqual([chat.scope?.name, chat.scope?.version], ['holdfast-e2e', '1.2.3'])

  const trace = await findTrace(worker.queryUrl, run.traceId)
  assert.equal(trace?.root_name, 'invoke_agent researcher')
  assert.deepEqual([trace?.span_count, trace?.error_count], [3, 1])
  const listed = await getJson<TraceList>(
    worker.queryUrl,
    `/api/v1/traces?service=${serviceName}&status=error`,
  )
  assert.deepEqual(
    listed?.items.map((item) => item.trace_id),
    [run.traceId],
  )

  const ledger = await readLedger(worker.queryUrl)
  assert.equal(ledger.balanced, true)
  assert.deepEqual([ledger.spans.accepted, ledger.spans.stored], [3, 3])

  await collector.stop()
  assert.deepEqual(await worker.stop(), { code: 0, signal: null })
})

/** Compose starts a service when those it depends on are there. */
function orderOfStart(): string[] {
  const started: string[] = []
  const names = Object.keys(services)
  while (started.length < names.length) {
    const next = names.find(
      (name) =>
        !started.includes(name) &&
        Object.keys(services[name]?.depends_on ?? {}).every((needed) => started.includes(needed)),
    )
    assert.ok(next, 'the services wait for each other in a circle')
    started.push(next)
  }
  return started
}

/** condition: service_completed_successfully */
async function migrateOnce(t: TestContext, postgres: Postgres): Promise<void> {
  const migrated = await runHoldfast(t, ['migrate'], { DATABASE_URL: postgres.url })
  assert.equal(migrated.code, 0, migrated.stderr)
}

/** condition: service_healthy, by the very command that Docker would run in the container. */
async function waitForHealth(t: TestContext, worker: Holdfast): Promise<void> {
  const [kind, command, ...args] = services['otel-worker']?.healthcheck?.test ?? []
  assert.deepEqual([kind, command], ['CMD', 'node'])
  const here = args.map((arg) => arg.replace('http://127.0.0.1:5050', worker.queryUrl))
  await waitUntil(async () => {
    const check = await runChild(t, { title: 'health check', command: process.execPath, args: here })
    return check.code === 0
  }, 250)
}
