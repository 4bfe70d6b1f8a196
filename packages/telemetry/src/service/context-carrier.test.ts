import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTelemetry } from '../index.ts'

const telemetry = createTelemetry({ serviceName: 'carriers', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

function traceIdUnder(carrier: object): string {
  return telemetry.span('child', { parent: telemetry.extractContext(carrier) }, (span) => span.traceId)
}

test('context is read from every kind of carrier, whatever the case of its names', () => {
  const carriers: Record<string, object> = {
    'a plain object': { traceparent },
    'names in capitals': { TraceParent: traceparent },
    'arrays, as in Node’s headers': { traceparent: [traceparent, 'second'] },
    'the first valid of several': {
      traceparent: ['nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01,${traceparent}`],
    },
    'values that were joined with a comma': { traceparent: `${traceparent}, ${traceparent}` },
    Headers: new Headers({ Traceparent: traceparent }),
    'a Map': new Map([['TRACEPARENT', traceparent]]),
  }
  for (const [kind, carrier] of Object.entries(carriers)) assert.equal(traceIdUnder(carrier), traceId, kind)
})

test('what is no context begins a new trace', () => {
  for (const carrier of [
    {},
    { traceparent: 'nonsense' },
    { traceparent: 5 },
    new Map([[5, 6]]),
    new Headers(),
  ]) {
    assert.notEqual(traceIdUnder(carrier), traceId)
  }
})

test('context is written into every kind of carrier, and never twice', () => {
  telemetry.span('parent', (span) => {
    for (const carrier of [{}, { TraceParent: 'old', keep: 1 }]) {
      const written = telemetry.injectContext(carrier) as Record<string, unknown>
      assert.match(String(written['traceparent']), new RegExp(span.traceId))
      assert.equal(Object.keys(written).filter((name) => /^traceparent$/i.test(name)).length, 1)
    }
    assert.match(telemetry.injectContext(new Headers()).get('traceparent') ?? '', new RegExp(span.traceId))
    const map = telemetry.injectContext(new Map([['TraceParent', 'old']]))
    assert.deepEqual([...map.keys()], ['traceparent'])
    const captured = telemetry.captureContext()
    const elsewhere = telemetry.span('other', { parent: 'root' }, () => telemetry.injectContext({}, captured))
    assert.match((elsewhere as { traceparent: string }).traceparent, new RegExp(span.traceId))
  })
})

test('baggage travels along', () => {
  const captured = telemetry.extractContext({ traceparent, baggage: 'tenant=acme' })
  assert.deepEqual(telemetry.injectContext({}, captured), { traceparent, baggage: 'tenant=acme' })
})
