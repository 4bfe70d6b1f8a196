// Beside an application's own SDK, in both orders. (2.x: e2e/telemetry, from the packed package.)
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { trace, type TracerProvider as ApiTracerProvider } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { createTelemetry, holdfastSpanProcessor } from '../index.ts'

const options = { serviceName: 'joins', backend: 'memory', env: {} } as const

function openApplication(more: ConstructorParameters<typeof TracerProvider>[0] = {}) {
  const exporter = new InMemorySpanExporter()
  const own = new SimpleSpanProcessor({ exporter })
  const resource = resourceFromAttributes({ 'service.name': 'joins' })
  const provider = new TracerProvider({
    resource,
    ...more,
    spanProcessors: [own, ...(more.spanProcessors ?? [])],
  })
  return { provider, names: () => exporter.getFinishedSpans().map(({ name }) => name) }
}

function nextWarning(code: string): Promise<string> {
  return new Promise((done) => {
    const listen = (warning: Error & { code?: string }): void => {
      if (warning.code !== code) return
      process.removeListener('warning', listen)
      done(warning.message)
    }
    process.on('warning', listen)
  })
}

afterEach(() => trace.disable())

test('without a provider ours becomes the global one, and spans of instrumentations are seen', async () => {
  const early = trace.getTracer('instrumentation')
  const telemetry = createTelemetry(options)
  early.startSpan('instrumented').end()
  telemetry.span('own', () => 0)
  assert.deepEqual(
    telemetry.finishedSpans().map(({ name }) => name),
    ['instrumented', 'own'],
  )
  assert.equal(createTelemetry(), telemetry)
  await telemetry.shutdown()
})

test('a provider that is registered is joined: both get every span, in one tree, until shutdown', async () => {
  const application = openApplication()
  trace.setGlobalTracerProvider(application.provider)
  const telemetry = createTelemetry(options)
  telemetry.span('ours', () => trace.getTracer('app').startSpan('theirs').end())
  const [theirs, ours] = telemetry.finishedSpans()
  assert.equal(theirs?.parentSpanId, ours?.spanId)
  assert.deepEqual(application.names(), ['theirs', 'ours'])
  await telemetry.shutdown()
  trace.getTracer('app').startSpan('later').end()
  assert.equal(telemetry.finishedSpans().length, 2)
  assert.deepEqual(application.names(), ['theirs', 'ours', 'later'])
  // The application's provider works on, and can be joined again.
  const again = createTelemetry(options)
  again.span('again', () => 0)
  assert.deepEqual(application.names().at(-1), 'again')
  assert.equal(again.finishedSpans().length, 1)
  await again.shutdown()
})

test('a joined provider keeps its service name, which is said when another was told', async () => {
  const warning = nextWarning('HOLDFAST_SERVICE_NAME')
  const resource = resourceFromAttributes({ 'service.name': 'application' })
  trace.setGlobalTracerProvider(openApplication({ resource }).provider)
  const telemetry = createTelemetry(options)
  telemetry.span('x', () => 0)
  assert.equal(telemetry.finishedSpans()[0]?.resource['service.name'], 'application')
  assert.match(await warning, /calls the service application/)
  await telemetry.shutdown()
})

test('a provider that has our processor already is not joined twice, whichever comes first', async () => {
  for (const order of ['processor first', 'service first']) {
    const first = order === 'service first' ? createTelemetry(options) : undefined
    const application = openApplication({ spanProcessors: [holdfastSpanProcessor(options)] })
    trace.setGlobalTracerProvider(application.provider)
    const telemetry = first ?? createTelemetry(options)
    const spans = (): string[] => telemetry.finishedSpans().map(({ name }) => name)
    // In the second order the global provider is ours; the application's own tracer still feeds the same backend.
    application.provider.getTracer('app').startSpan('theirs').end()
    telemetry.span('ours', () => 0)
    assert.deepEqual(spans(), ['theirs', 'ours'], order)
    await telemetry.shutdown()
    trace.disable()
  }
})

test('the processor alone, registered later, feeds a service that was made before the registration', async () => {
  const application = openApplication({ spanProcessors: [holdfastSpanProcessor(options)] })
  const telemetry = createTelemetry(options)
  trace.setGlobalTracerProvider(application.provider)
  telemetry.span('ours', () => 0)
  assert.equal(telemetry.finishedSpans().length, 1)
  assert.deepEqual(application.names(), ['ours'])
  await telemetry.shutdown()
})

test('a processor that no registered provider has is said when a span misses it, not before, and not of what is sampled out', async () => {
  const said: string[] = []
  const listen = ({ code }: Error & { code?: string }): void => void said.push(String(code))
  process.on('warning', listen)
  const unsampled = { sampler: new AlwaysOffSampler() }
  const application = openApplication({ spanProcessors: [holdfastSpanProcessor(options)], ...unsampled })
  const telemetry = createTelemetry(options)
  trace.setGlobalTracerProvider(application.provider)
  telemetry.span('sampled out', () => 0)
  trace.disable()
  await new Promise((done) => setImmediate(done))
  assert.ok(!said.includes('HOLDFAST_NOT_REGISTERED'))
  const warning = nextWarning('HOLDFAST_NOT_REGISTERED')
  assert.equal(
    telemetry.span('nowhere', () => 1),
    1,
  )
  assert.match(await warning, /holdfastSpanProcessor\(\) .* is not registered/)
  process.removeListener('warning', listen)
  await telemetry.shutdown()
})

test('a provider that cannot be joined is said, with what to do, and our own spans are still recorded', async () => {
  const warning = nextWarning('HOLDFAST_NOT_JOINED')
  const strange: ApiTracerProvider = { getTracer: () => openApplication().provider.getTracer('x') }
  trace.setGlobalTracerProvider(strange)
  const telemetry = createTelemetry(options)
  telemetry.span('ours', () => 0)
  assert.equal(telemetry.finishedSpans().length, 1)
  assert.match(await warning, /holdfastSpanProcessor\(\)/)
  await telemetry.shutdown()
})

test('off registers nothing, and the work still runs', async () => {
  const telemetry = createTelemetry({ ...options, backend: 'off' })
  assert.equal(
    telemetry.span('x', () => 1),
    1,
  )
  assert.deepEqual(telemetry.finishedSpans(), [])
  const application = openApplication()
  assert.equal(trace.setGlobalTracerProvider(application.provider), true)
  telemetry.span('not theirs', () => 0)
  assert.deepEqual(application.names(), [])
  await telemetry.shutdown()
})

test('OTEL_TRACES_SAMPLER and the span limits hold, and the resource says who it is', async () => {
  const off = createTelemetry({ ...options, env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  const isRecording = off.span('unsampled', (span) => span.otelSpan.isRecording())
  assert.equal(isRecording, false)
  await off.shutdown()
  const env = { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1', OTEL_RESOURCE_ATTRIBUTES: 'team=a' }
  const limited = createTelemetry({ ...options, env })
  limited.span('limited', { attributes: { a: 1, b: 2 } }, () => 0)
  const [span] = limited.finishedSpans()
  assert.deepEqual(span?.attributes, { a: 1 })
  assert.equal(span?.resource['service.name'], 'joins')
  assert.equal(span?.resource['team'], 'a')
  assert.equal(span?.resource['process.pid'], process.pid)
  assert.match(String(span?.resource['service.instance.id']), /^[0-9a-f-]{36}$/)
  assert.equal(span?.resource['telemetry.sdk.language'], 'nodejs')
  await limited.shutdown()
})

test('a processor of the application that throws costs no work of the agent', async () => {
  const broken = {
    onStart: () => {
      throw new Error('theirs')
    },
    onEnd: () => {
      throw new Error('theirs')
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [broken] }))
  const telemetry = createTelemetry(options)
  assert.equal(
    telemetry.span('x', () => 1),
    1,
  )
  assert.ok(telemetry.stats().containedFailures > 0)
  await telemetry.shutdown()
})

test('a backend that needs MLflow and has no address says so', async () => {
  const warning = nextWarning('HOLDFAST_NO_MLFLOW')
  const telemetry = createTelemetry({ ...options, backend: 'mlflow' })
  assert.match(await warning, /MLFLOW_TRACKING_URI/)
  assert.equal(
    telemetry.span('x', () => 1),
    1,
  )
  await telemetry.shutdown()
})
