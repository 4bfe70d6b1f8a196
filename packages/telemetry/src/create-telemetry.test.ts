import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type * as ours from './index.ts'
import { createTelemetry, holdfastSpanProcessor } from './index.ts'
import { version } from './version.ts'

const away = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', TELEMETRY_SPOOL_DIR: 'off' }
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'exit', 'beforeExit'] as const

function countListeners(): number {
  return signals.reduce((sum, name) => sum + process.listenerCount(name), 0)
}

afterEach(() => trace.disable())

test('the scope’s version is that of the package', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  assert.equal(version, JSON.parse(manifest).version)
})

test('a second call gives the first service, and a call after shutdown a new one', async () => {
  const first = createTelemetry({ backend: 'memory', env: {} })
  assert.equal(createTelemetry(), first)
  await first.shutdown()
  const second = createTelemetry({ backend: 'memory', env: {} })
  assert.notEqual(second, first)
  second.span('x', () => 0)
  assert.equal(second.finishedSpans().length, 1)
  assert.equal(first.finishedSpans().length, 0)
  await second.shutdown()
})

test('another copy of the package gives the service of the first, and records into it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-copy-'))
  t.after(() => rmSync(folder, { recursive: true }))
  cpSync(fileURLToPath(new URL('.', import.meta.url)), join(folder, 'src'), { recursive: true })
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const path = join(folder, 'src', 'index.ts')
  const copy = (await import(pathToFileURL(path).href)) as typeof ours
  assert.notEqual(copy.createTelemetry, createTelemetry)
  const first = createTelemetry({ backend: 'memory', env: {} })
  const second = copy.createTelemetry()
  assert.equal(second, first)
  // A provider that the application feeds through the copy's processor ends in the same place.
  const provider = new TracerProvider({ spanProcessors: [copy.holdfastSpanProcessor()] })
  provider.getTracer('app').startSpan('theirs').end()
  second.span('ours', () => 0)
  assert.deepEqual(
    first.finishedSpans().map(({ name }) => name),
    ['theirs', 'ours'],
  )
  await second.shutdown()
})

test('nothing listens to the end of the process with memory, off, or the hooks switched off; with otel until shutdown', async () => {
  const before = countListeners()
  for (const options of [
    { backend: 'memory', env: {} },
    { backend: 'off', env: {} },
    { exitHooks: false, env: away },
  ] as const) {
    const telemetry = createTelemetry(options)
    assert.equal(countListeners(), before)
    await telemetry.shutdown(100)
  }
  const telemetry = createTelemetry({ env: away })
  assert.equal(countListeners(), before + signals.length)
  await telemetry.shutdown(100)
  assert.equal(countListeners(), before)
})

test('the processor alone listens too, until the application shuts its provider down', async () => {
  const before = countListeners()
  const provider = new TracerProvider({ spanProcessors: [holdfastSpanProcessor({ env: away })] })
  assert.equal(countListeners(), before + signals.length)
  provider.getTracer('app').startSpan('theirs').end()
  await provider.shutdown()
  assert.equal(countListeners(), before)
  // A service that is made later is not one with the ended processor.
  const telemetry = createTelemetry({ backend: 'memory', env: {} })
  telemetry.span('x', () => 0)
  assert.equal(telemetry.finishedSpans().length, 1)
  await telemetry.shutdown()
})

test('flush and shutdown keep to their time and do not reject when the server is away; what is lost is counted', async () => {
  const telemetry = createTelemetry({ env: away })
  telemetry.span('x', () => 0)
  await telemetry.flush(50)
  await telemetry.shutdown(50)
  const { otlp } = telemetry.stats().deliveries
  assert.equal(otlp?.taken, 1)
  assert.equal(otlp?.delivered, 0)
})

test('dual without an address for MLflow is otel', async () => {
  const telemetry = createTelemetry({ backend: 'dual', env: away })
  assert.deepEqual(Object.keys(telemetry.stats().deliveries), ['otlp'])
  await telemetry.shutdown(100)
})

test('dual with one counts both', async () => {
  const env = { ...away, MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' }
  const telemetry = createTelemetry({ backend: 'dual', env })
  telemetry.span('x', () => 0)
  assert.deepEqual(Object.keys(telemetry.stats().deliveries), ['otlp', 'mlflow'])
  await telemetry.shutdown(100)
})
