import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { openMlflowBackend } from './mlflow-backend.ts'
import { healthy, startTestMlflow, testSettings, type Behaviour } from './mlflow/test-mlflow.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

const byName = '/api/2.0/mlflow/experiments/get-by-name'
const create = '/api/2.0/mlflow/experiments/create'
const traces = '/v1/traces'
const patientMs = 30_000

function open(t: TestContext, settings: Parameters<typeof openMlflowBackend>[0]): TelemetryBackend {
  const backend = openMlflowBackend(settings)
  t.after(() => backend.shutdown(0))
  return backend
}

function record(backend: TelemetryBackend, count = 1): void {
  const provider = new TracerProvider({ spanProcessors: [...backend.processors] })
  for (let index = 0; index < count; index++) provider.getTracer('test').startSpan('work').end()
}

test('spans go to the experiment of that name, with the credentials', async (t) => {
  const mlflow = await startTestMlflow(t, healthy)
  const settings = testSettings(mlflow.url, { experimentName: 'agents', username: 'ada', password: 'pw' })
  const backend = open(t, settings)
  assert.equal(mlflow.taken.length, 0)
  record(backend, 3)
  await backend.flush(patientMs)
  const [sent] = mlflow.takenBy(traces)
  assert.equal(sent?.headers['x-mlflow-experiment-id'], '7')
  assert.equal(sent.headers['content-type'], 'application/x-protobuf')
  assert.equal(sent.headers.authorization, `Basic ${Buffer.from('ada:pw').toString('base64')}`)
  assert.equal(backend.counts[0]?.counts.delivered, 3)
  assert.equal(mlflow.takenBy(byName).length, 1)
})

test('an experiment that does not exist is created, once for all requests', async (t) => {
  let exists = false
  const mlflow = await startTestMlflow(t, (path, request) => {
    if (path === byName && !exists) return { status: 404, json: { error_code: 'RESOURCE_DOES_NOT_EXIST' } }
    if (path !== create) return healthy(path, request)
    exists = true
    return { status: 200, json: { experiment_id: '9' } }
  })
  const backend = open(t, testSettings(mlflow.url, { experimentName: 'new one', token: 'secret' }))
  for (let round = 0; round < 3; round++) {
    record(backend)
    await backend.flush(patientMs)
  }
  assert.deepEqual(
    mlflow.takenBy(traces).map(({ headers }) => headers['x-mlflow-experiment-id']),
    ['9', '9', '9'],
  )
  assert.deepEqual(
    mlflow.takenBy(create).map(({ body }) => JSON.parse(body.toString()) as unknown),
    [{ name: 'new one' }],
  )
  assert.ok(mlflow.taken.every(({ headers }) => headers.authorization === 'Bearer secret'))
})

test('when another process creates it at the same time, its experiment is used', async (t) => {
  let exists = false
  const mlflow = await startTestMlflow(t, (path, request) => {
    if (path === byName && !exists) return { status: 404, json: { error_code: 'RESOURCE_DOES_NOT_EXIST' } }
    if (path !== create) return healthy(path, request)
    exists = true
    return { status: 400, json: { error_code: 'RESOURCE_ALREADY_EXISTS' } }
  })
  const backend = open(t, testSettings(mlflow.url))
  record(backend)
  await backend.flush(patientMs)
  assert.equal(mlflow.takenBy(traces)[0]?.headers['x-mlflow-experiment-id'], '7')
})

test('a given id is used when the server knows it', async (t) => {
  const mlflow = await startTestMlflow(t, healthy)
  const backend = open(t, testSettings(mlflow.url, { experimentId: '42', experimentName: 'ignored' }))
  record(backend)
  await backend.flush(patientMs)
  assert.deepEqual(
    mlflow.taken.map(({ path }) => path),
    ['/api/2.0/mlflow/experiments/get', traces],
  )
})

const repairable: readonly [string, Behaviour][] = [
  [
    'the experiment was deleted',
    () => ({ status: 200, json: { experiment: { experiment_id: '7', lifecycle_stage: 'deleted' } } }),
  ],
  ['the credentials are wrong', () => ({ status: 401 })],
  ['something else answers', () => ({ status: 404 })],
  [
    'MLflow is too old for OTLP',
    (path, request) => (path === traces ? { status: 404 } : healthy(path, request)),
  ],
  [
    'the experiment goes away between two requests',
    (path, request) =>
      path === traces
        ? { status: 404, json: { error_code: 'RESOURCE_DOES_NOT_EXIST' } }
        : healthy(path, request),
  ],
]

for (const [trouble, sick] of repairable) {
  test(`spans wait as long as ${trouble}, and go when it is repaired`, async (t) => {
    let behave = sick
    const mlflow = await startTestMlflow(t, (path, request) => behave(path, request))
    const backend = open(t, testSettings(mlflow.url))
    record(backend, 2)
    await mlflow.waitFor(trouble.includes('experiment goes') || trouble.includes('old') ? traces : byName)
    assert.equal(backend.counts[0]?.counts.delivered, 0)
    behave = healthy
    const before = mlflow.takenBy(traces).length
    await mlflow.waitFor(traces, before + 1)
    await backend.flush(patientMs)
    const { delivered, rejected, dropped } = backend.counts[0].counts
    assert.deepEqual({ delivered, rejected, dropped }, { delivered: 2, rejected: 0, dropped: 0 })
  })
}

test('what MLflow refuses for good is counted, with what to do and without a word of the spans', async (t) => {
  const mlflow = await startTestMlflow(t, (path, request) =>
    path === traces
      ? { status: 400, json: { error_code: 'BAD_REQUEST', message: "INSERT … VALUES ('the secret prompt')" } }
      : healthy(path, request),
  )
  const backend = open(t, testSettings(mlflow.url))
  record(backend, 4)
  await backend.flush(patientMs)
  const counts = backend.counts[0]!.counts
  assert.equal(counts.rejected, 4)
  assert.match(counts.lastError ?? '', /HTTP 400 BAD_REQUEST: .*MLflow's log says why/)
  assert.doesNotMatch(counts.lastError ?? '', /secret/)
})

test('a file store is told to be replaced by a database', async (t) => {
  const mlflow = await startTestMlflow(t, (path, request) =>
    path === traces ? { status: 501, json: { detail: 'not supported' } } : healthy(path, request),
  )
  const backend = open(t, testSettings(mlflow.url))
  record(backend)
  await backend.flush(patientMs)
  assert.match(backend.counts[0]?.counts.lastError ?? '', /--backend-store-uri sqlite/)
})

test('an address that is no HTTP server gives a backend without processors, and a warning', async (t) => {
  const warned = Promise.withResolvers<NodeJS.ErrnoException>()
  const listen = (warning: NodeJS.ErrnoException): void => {
    if (warning.code === 'HOLDFAST_MLFLOW_TRACKING_URI') warned.resolve(warning)
  }
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  const backend = open(t, testSettings('databricks://profile'))
  assert.deepEqual([backend.processors, backend.counts], [[], []])
  await backend.flush(patientMs)
  assert.match((await warned.promise).message, /MLFLOW_TRACKING_URI/)
})

test('credentials in the address are not sent in it', async (t) => {
  const mlflow = await startTestMlflow(t, healthy)
  const backend = open(t, testSettings(mlflow.url.replace('http://', 'http://eve:p%40ss@') + '/'))
  record(backend)
  await backend.flush(patientMs)
  assert.equal(mlflow.taken[0]?.headers.authorization, `Basic ${Buffer.from('eve:p@ss').toString('base64')}`)
  assert.equal(backend.counts[0]?.counts.delivered, 1)
})
