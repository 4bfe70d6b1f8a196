import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { DualTelemetryBackend } from './dual-backend.ts'
import { openMlflowBackend } from './mlflow-backend.ts'
import { healthy, startTestMlflow, testSettings, type Behaviour } from './mlflow/test-mlflow.ts'
import type { MlflowSettings } from '../settings/settings.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

// Both sides are real backends with real deliveries, each before a server of its own.
const patientMs = 30_000
const graceMs = 20
const spanCount = 50

interface Stage {
  readonly dual: DualTelemetryBackend
  readonly first: TelemetryBackend
  readonly second: TelemetryBackend
}

async function open(t: TestContext, second: TelemetryBackend): Promise<Stage> {
  const server = await startTestMlflow(t, healthy)
  const first = openMlflowBackend(testSettings(server.url))
  t.after(() => first.shutdown(0))
  return { dual: new DualTelemetryBackend(first, second, graceMs), first, second }
}

async function openWithSick(t: TestContext, behave: Behaviour): Promise<Stage> {
  const server = await startTestMlflow(t, behave)
  return openWithMlflow(t, testSettings(server.url))
}

async function openWithMlflow(t: TestContext, settings: MlflowSettings): Promise<Stage> {
  // A request that hangs holds its timer as long as this.
  const second = openMlflowBackend({ ...settings, timeoutMs: 1000 })
  t.after(() => second.shutdown(0))
  return open(t, second)
}

function record({ dual }: Stage, count = spanCount): void {
  const provider = new TracerProvider({ spanProcessors: [...dual.processors] })
  for (let index = 0; index < count; index++) provider.getTracer('test').startSpan('work').end()
}

async function findClosedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function deliveredBy(backend: TelemetryBackend | undefined): number | undefined {
  return backend?.counts[0]?.counts.delivered
}

test('both get every span under the same ids, and have counts of their own', async (t) => {
  const stage = await openWithSick(t, healthy)
  record(stage)
  await stage.dual.flush(patientMs)
  await stage.second.flush(patientMs)
  assert.deepEqual(
    stage.dual.counts.map(({ counts }) => counts.delivered),
    [spanCount, spanCount],
  )
})

const sicknesses: readonly [string, (t: TestContext) => Promise<Stage>][] = [
  [
    'refuses connections',
    async (t) => openWithMlflow(t, testSettings(`http://127.0.0.1:${await findClosedPort()}`)),
  ],
  ['hangs', (t) => openWithSick(t, () => 'hang')],
  [
    'hangs only when spans come',
    (t) => openWithSick(t, (path, request) => (path === '/v1/traces' ? 'hang' : healthy(path, request))),
  ],
  ['answers with errors', (t) => openWithSick(t, () => ({ status: 500 }))],
  ['has a disk that takes nothing', async (t) => openWithMlflow(t, await settingsWithoutDisk(t))],
  ['throws at everything', async (t) => open(t, throwing)],
  ['never flushes', async (t) => open(t, stuck)],
]

for (const [sickness, start] of sicknesses) {
  test(`the first delivers, flushes and shuts down as ever while the second ${sickness}`, async (t) => {
    const stage = await start(t)
    record(stage)
    await stage.dual.flush(patientMs)
    assert.equal(deliveredBy(stage.first), spanCount)
    record(stage)
    await stage.dual.shutdown(patientMs)
    assert.equal(deliveredBy(stage.first), 2 * spanCount)
    stage.dual.endNow()
  })

  test(`an application's provider that flushes all its processors is not held up while the second ${sickness}`, async (t) => {
    const stage = await start(t)
    const provider = new TracerProvider({ spanProcessors: [...stage.dual.processors] })
    provider.getTracer('test').startSpan('work').end()
    await provider.forceFlush()
    assert.equal(deliveredBy(stage.first), 1)
    await provider.shutdown()
  })
}

test('what the second threw at is counted as dropped by it', async (t) => {
  const stage = await open(t, throwing)
  record(stage, 3)
  await stage.dual.flush(patientMs)
  const [first, second] = stage.dual.counts
  assert.deepEqual([first?.counts.dropped, second?.counts.dropped, second?.counts.taken], [0, 3, 3])
})

test('a second that is away at the shutdown leaves its spans on its own disk', async (t) => {
  const rootDir = await mkdtemp(join(tmpdir(), 'holdfast-dual-'))
  t.after(() => rm(rootDir, { recursive: true, force: true }))
  const settings = testSettings(`http://127.0.0.1:${await findClosedPort()}`, {
    spool: { rootDir, maxBytes: 1024 * 1024 },
  })
  const stage = await openWithMlflow(t, settings)
  record(stage)
  await stage.dual.shutdown(patientMs)
  assert.equal(deliveredBy(stage.first), spanCount)
  const { spooled, dropped } = stage.second.counts[0]!.counts
  assert.deepEqual({ spooled, dropped }, { spooled: spanCount, dropped: 0 })
  const [folder] = await readdir(rootDir)
  assert.match(folder ?? '', /^mlflow-[0-9a-f]{16}$/)
})

test('a second whose grace ran out gets no new one before it has caught up', async (t) => {
  const release = Promise.withResolvers<void>()
  const { first } = await open(t, stuck)
  const dual = new DualTelemetryBackend(first, { ...stuck, flush: () => release.promise }, patientMs)
  await dual.flush(graceMs)
  // With a new grace, as long as the test's patience, this would not end.
  await dual.flush(patientMs)
  release.resolve()
  await dual.flush(patientMs)
})

const noCounts = {
  ...{ taken: 0, delivered: 0, rejected: 0, spooled: 0, replayed: 0, dropped: 0 },
  ...{ queuedSpans: 0, queuedBytes: 0, lastError: undefined },
}

function fail(): never {
  throw new Error('no')
}

const throwing: TelemetryBackend = {
  name: 'throwing',
  processors: [{ onStart: fail, onEnd: fail, forceFlush: fail, shutdown: fail }],
  flush: fail,
  shutdown: async () => {},
  letGo: fail,
  endNow: fail,
  counts: [{ name: 'throwing', counts: noCounts }],
}

const never = (): Promise<void> => new Promise(() => {})

const stuck: TelemetryBackend = {
  name: 'stuck',
  processors: [{ onStart() {}, onEnd() {}, forceFlush: never, shutdown: never }],
  flush: never,
  shutdown: never,
  letGo() {},
  endNow() {},
  counts: [],
}

/** A spool below a file: nothing can be written there, not even by root. */
async function settingsWithoutDisk(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-dual-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'file'), '')
  return testSettings(`http://127.0.0.1:${await findClosedPort()}`, {
    spool: { rootDir: join(dir, 'file', 'spool'), maxBytes: 1024 },
  })
}
