import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  TracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace'
import type { Span } from '../trace/span.ts'
import { inspectTraces } from './inspect.ts'
import { decodeAll, transcode } from './test-decode.ts'
import { encodeExportResponse } from './export-response.ts'

// The other side of the wire: OpenTelemetry's own SDK and encoders for JavaScript.

const parent = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
}

async function recordSpans(): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'agent', 'process.pid': 42 }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const tracer = provider.getTracer('interop', '1.2.3', {
    schemaUrl: 'https://opentelemetry.io/schemas/1.44.0',
  })
  const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
  const span = tracer.startSpan(
    'chat gpt-5',
    { kind: SpanKind.CLIENT, links: [{ context: parent }] },
    context,
  )
  span.setAttribute('text', 'Grüße 😀').setAttribute('yes', true).setAttribute('count', -7)
  span.setAttribute('ratio', 0.25).setAttribute('list', ['a', 'b']).setAttribute('missing', Number.NaN)
  span.addEvent('first token', { index: 1 })
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'refused' })
  span.end()
  tracer.startSpan('other').end()
  await provider.forceFlush()
  return exporter.getFinishedSpans()
}

function inspected(bytes: Uint8Array): Span[] {
  const inspection = inspectTraces(bytes)
  assert.ok(inspection.ok, inspection.message)
  assert.equal(inspection.rejectedSpans, 0)
  return decodeAll(inspection.bytes)
}

test("spans from OpenTelemetry's JavaScript encoder decode to what was recorded", async () => {
  const recorded = await recordSpans()
  const spans = inspected(ProtobufTraceSerializer.serializeRequest(recorded)!)
  const span = spans.find(({ name }) => name === 'chat gpt-5')!
  const original = recorded.find(({ name }) => name === 'chat gpt-5')!
  assert.equal(spans.length, 2)
  assert.equal(span.traceId, parent.traceId)
  assert.equal(span.spanId, original.spanContext().spanId)
  assert.equal(span.parentSpanId, parent.spanId)
  assert.equal(span.kind, 3)
  assert.equal(
    span.startUnixNano,
    BigInt(original.startTime[0]) * 1_000_000_000n + BigInt(original.startTime[1]),
  )
  assert.deepEqual(span.status, { code: 2, message: 'refused' })
  assert.equal(span.flags & 0xff, TraceFlags.SAMPLED)
  assert.equal(span.flags & 0x300, 0x300, 'the parent is known to be remote')
  assert.deepEqual(span.attributes, [
    { key: 'text', value: 'Grüße 😀' },
    { key: 'yes', value: true },
    { key: 'count', value: -7n },
    { key: 'ratio', value: 0.25 },
    { key: 'list', value: ['a', 'b'] },
    { key: 'missing', value: Number.NaN },
  ])
  assert.deepEqual(
    span.events.map(({ name, attributes }) => [name, attributes]),
    [['first token', [{ key: 'index', value: 1n }]]],
  )
  assert.deepEqual([span.links[0]!.traceId, span.links[0]!.spanId], [parent.traceId, parent.spanId])
  assert.deepEqual([span.scope.name, span.scope.version], ['interop', '1.2.3'])
  assert.equal(span.scope.schemaUrl, 'https://opentelemetry.io/schemas/1.44.0')
  assert.deepEqual(span.resource.attributes, [
    { key: 'service.name', value: 'agent' },
    { key: 'process.pid', value: 42n },
  ])
})

test('its JSON decodes to the same as its protobuf, but for NaN, which JavaScript writes as null', async () => {
  const recorded = await recordSpans()
  const fromJson = inspected(transcode(JsonTraceSerializer.serializeRequest(recorded)!))
  const fromProtobuf = inspected(ProtobufTraceSerializer.serializeRequest(recorded)!)
  const withoutNaN = fromProtobuf.map((span) => ({
    ...span,
    attributes: span.attributes.map((each) => (each.key === 'missing' ? { ...each, value: null } : each)),
  }))
  assert.deepEqual(fromJson, withoutNaN)
})

test('it reads our partial success in both encodings', () => {
  for (const [serializer, encoding] of [
    [ProtobufTraceSerializer, 'protobuf'],
    [JsonTraceSerializer, 'json'],
  ] as const) {
    const { partialSuccess } = serializer.deserializeResponse(encodeExportResponse(encoding, 300, 'because'))
    assert.equal(Number(partialSuccess?.rejectedSpans), 300)
    assert.equal(partialSuccess?.errorMessage, 'because')
  }
})
