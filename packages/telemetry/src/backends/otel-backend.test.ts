import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Metadata } from '@grpc/grpc-js'
import type { Tracer } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { startGrpcServer, startHttpServer } from '../export/test-server.ts'
import { atEnd, until } from '../export/test-stage.ts'
import { readSettings } from '../settings/read-settings.ts'
import { openOtelBackend } from './otel-backend.ts'

const protocols = ['grpc', 'http/protobuf', 'http/json'] as const
type Protocol = (typeof protocols)[number]

interface Stage {
  readonly tracer: Tracer
  /** Of every request so far, without the bytes that are no text. */
  texts(): string[]
  flush(): Promise<void>
}

/** A backend that shows spans as soon as they are open, and a server of OTLP that says it is Holdfast, or does not. */
async function setUp(
  t: TestContext,
  protocol: Protocol,
  isHoldfast: boolean,
  env: Record<string, string> = {},
): Promise<Stage> {
  const initial = new Metadata()
  if (isHoldfast) initial.set('holdfast-version', '0.1.0')
  const headers = isHoldfast ? { 'holdfast-version': '0.1.0' } : {}
  const server =
    protocol === 'grpc'
      ? await startGrpcServer(t, () => ({ answer: Buffer.alloc(0), initial }))
      : await startHttpServer(t, () => ({ status: 200, headers }))
  const { settings } = readSettings(
    {},
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: server.url,
      TELEMETRY_SPOOL_DIR: 'off',
      ...env,
    },
  )
  const backend = openOtelBackend(settings.otel, { firstAfterMs: 1, heartbeatMs: 1, sweepMs: 1 })
  atEnd(t, () => backend.shutdown(10_000))
  return {
    tracer: new TracerProvider({ spanProcessors: [...backend.processors] }).getTracer('t'),
    texts: () => server.taken.map(({ body }) => body.toString('latin1')),
    flush: () => backend.flush(10_000),
  }
}

const isRunning = (text: string): boolean => text.includes('holdfast.span.running')
const isEmpty = (text: string): boolean => text === '' || text === '{"resourceSpans":[]}'

for (const protocol of protocols) {
  test(`${protocol}: open spans are shown to Holdfast, once it has said that it is`, async (t) => {
    const { tracer, texts } = await setUp(t, protocol, true)
    const span = tracer.startSpan('long')
    await until(() => texts().filter(isRunning).length > 1)
    const [asked = '?', ...others] = texts()
    assert.ok(isEmpty(asked))
    assert.ok(others.every((text) => isRunning(text)))
    span.end()
  })

  test(`${protocol}: a server that is not Holdfast is asked once, and gets what has ended and nothing else`, async (t) => {
    const { tracer, texts, flush } = await setUp(t, protocol, false)
    const span = tracer.startSpan('long')
    await until(() => texts().length > 0)
    for (let count = 2; count < 20; count++) {
      tracer.startSpan('short').end()
      await flush()
      await until(() => texts().length === count)
    }
    span.end()
    await flush()
    const [asked = '?', ...others] = texts()
    assert.ok(isEmpty(asked))
    assert.ok(others.every((text) => !isEmpty(text) && !isRunning(text)))
  })
}

test('on: open spans are shown to any server, without asking it; off: to none', async (t) => {
  const any = await setUp(t, 'http/json', false, { TELEMETRY_PENDING_SPANS: 'on' })
  const none = await setUp(t, 'http/json', true, { TELEMETRY_PENDING_SPANS: 'off' })
  const spans = [any, none].map(({ tracer }) => tracer.startSpan('long'))
  await until(() => any.texts().length > 5)
  assert.ok(any.texts().every(isRunning))
  for (const span of spans) span.end()
  await none.flush()
  assert.equal(none.texts().length, 1)
  assert.ok(!none.texts().some(isRunning))
})
