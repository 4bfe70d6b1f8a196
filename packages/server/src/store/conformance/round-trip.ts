import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { spans as arbitrarySpans } from '../../otlp/arbitrary-spans.ts'
import type { Span } from '../../trace/span.ts'
import { inListOrder, makeSpan, newTraceId, noon } from './example-spans.ts'
import { bodyOf, readAllSpans, writeSpans, type StoreHarness } from './harness.ts'
import { encodeRawSpans, readRawSpans } from './raw-spans.ts'

export function describeRoundTrip(harness: () => StoreHarness): void {
  describe('what is read is what was written', () => {
    test('every field of every span comes back, decoded and as the same bytes', async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitrarySpans,
          fc.array(fc.nat(5), { minLength: 8, maxLength: 8 }),
          async (trace, cuts) => {
            const traceId = newTraceId()
            const spans = ofOneTrace(trace, traceId)
            const { store, write } = harness()
            const payloads = split(spans, cuts)
            await write([bodyOf(payloads.slice(0, 2)), bodyOf(payloads.slice(2))])
            assert.deepEqual(await readAllSpans(store, traceId), inListOrder(spans))
            assert.deepEqual(await readRawSpans(harness(), traceId), encodeRawSpans(spans))
          },
        ),
        { numRuns: 30 },
      )
    })

    test('spans of other traces in the same payload stay out', async () => {
      const { store } = harness()
      const [mine, other] = [newTraceId(), newTraceId()]
      const spans = Array.from({ length: 20 }, (_, i) =>
        makeSpan({ traceId: i % 3 === 0 ? mine : other, startUnixNano: noon + BigInt(i) }),
      )
      await writeSpans(harness(), spans)
      const expected = spans.filter((span) => span.traceId === mine)
      assert.deepEqual(await readAllSpans(store, mine), expected)
      assert.deepEqual(await readRawSpans(harness(), mine), encodeRawSpans(expected))
    })

    test('a body of several frames is read from each of them', async () => {
      const { store, write } = harness()
      const traceId = newTraceId()
      const spans = Array.from({ length: 12 }, (_, i) =>
        makeSpan({
          traceId: i % 2 === 0 ? traceId : newTraceId(),
          startUnixNano: noon + BigInt(i),
          attributes: [{ key: 'text', value: String(i).repeat(60_000) }],
        }),
      )
      await write([bodyOf(spans.map((span) => [span]))])
      const expected = spans.filter((span) => span.traceId === traceId)
      assert.deepEqual(await readAllSpans(store, traceId, 2), expected)
      assert.deepEqual(await readRawSpans(harness(), traceId), encodeRawSpans(expected))
    })

    test('listSpans and readSpans tell the same of a span', async () => {
      const { store } = harness()
      const traceId = newTraceId()
      const parent = makeSpan({ traceId, kind: 2, status: { code: 2, message: 'no' } })
      const child = makeSpan({ traceId, parentSpanId: parent.spanId, startUnixNano: noon + 1n })
      await writeSpans(harness(), [child, parent])
      const rows = await store.listSpans(traceId, { limit: 10 })
      const spans = await store.readSpans(traceId, { limit: 10 })
      assert.deepEqual(
        rows.map((row) => ({
          spanId: row.spanId,
          parentSpanId: row.parentSpanId,
          name: row.name,
          kind: row.kind,
          serviceName: row.serviceName,
          startUnixNano: row.startUnixNano,
          durationNano: row.durationNano,
          statusCode: row.statusCode,
          running: row.running,
        })),
        spans.map((span) => ({
          spanId: span.spanId,
          parentSpanId: span.parentSpanId,
          name: span.name,
          kind: span.kind,
          serviceName: 'conformance',
          startUnixNano: span.startUnixNano,
          durationNano: span.endUnixNano - span.startUnixNano,
          statusCode: span.status.code,
          running: false,
        })),
      )
    })

    test('an unknown trace is nothing, not an error', async () => {
      const { store } = harness()
      const traceId = newTraceId()
      assert.equal(await store.findTrace(traceId), undefined)
      assert.deepEqual(await store.listSpans(traceId, { limit: 10 }), [])
      assert.deepEqual(await store.readSpans(traceId, { limit: 10 }), [])
      assert.deepEqual(await store.findTraceBodies(traceId), [])
      assert.deepEqual(await readRawSpans(harness(), traceId), {})
    })

    test('the bodies of a trace are told with their days and how many of its spans they hold', async () => {
      const { store, write } = harness()
      const traceId = newTraceId()
      const spans = Array.from({ length: 5 }, () => makeSpan({ traceId }))
      await write([bodyOf([spans.slice(0, 2), spans.slice(2, 3)], '2026-11-22')])
      await write([bodyOf([spans.slice(3)], '2026-11-23'), bodyOf([[makeSpan()]], '2026-11-23')])
      const bodies = await store.findTraceBodies(traceId)
      assert.deepEqual(
        bodies.map(({ arrivalDay, spanCount }) => ({ arrivalDay, spanCount })),
        [
          { arrivalDay: '2026-11-22', spanCount: 3 },
          { arrivalDay: '2026-11-23', spanCount: 2 },
        ],
      )
    })
  })
}

/** Spans of one trace, no two with one id. */
function ofOneTrace(spans: readonly Span[], traceId: string): Span[] {
  const byId = new Map(spans.map((span) => [span.spanId, { ...span, traceId }]))
  return [...byId.values()]
}

function split(spans: readonly Span[], cuts: readonly number[]): Span[][] {
  const payloads: Span[][] = []
  let from = 0
  for (const cut of cuts) {
    payloads.push(spans.slice(from, from + cut))
    from += cut
  }
  return [...payloads, spans.slice(from)]
}
