import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Span } from '../../trace/span.ts'
import type { WriteOutcome } from '../trace-store.ts'
import { makeRunning, makeSpan, millisecond, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { bodyOf, readAllSpans, writeSpans, type StoreHarness } from './harness.ts'
import { encodeRawSpans, readRawSpans } from './raw-spans.ts'

export function describeDuplicates(harness: () => StoreHarness): void {
  /** All that can be asked of a trace shows these spans, each once. */
  async function assertHolds(spans: readonly Span[]): Promise<void> {
    const { traceId } = spans[0]!
    const { store } = harness()
    const read = await readAllSpans(store, traceId)
    assert.deepEqual(new Set(read), new Set(spans))
    assert.equal(read.length, spans.length)
    assert.equal((await store.listSpans(traceId, { limit: 1000 })).length, spans.length)
    assert.deepEqual(await readRawSpans(harness(), traceId), encodeRawSpans(spans))
    const bodies = await store.findTraceBodies(traceId)
    assert.equal(
      bodies.reduce((sum, body) => sum + body.spanCount, 0),
      spans.length,
    )
    const summary = await store.findTrace(traceId)
    assert.equal(summary?.spanCount, spans.length)
    assert.equal(summary.errorCount, spans.filter((span) => span.status.code === 2).length)
  }

  const trace = (count = 3): Span[] => {
    const traceId = newTraceId()
    return Array.from({ length: count }, (_, i) =>
      makeSpan({
        traceId,
        startUnixNano: noon + BigInt(i) * millisecond,
        status: { code: i % 3, message: '' },
      }),
    )
  }

  const outcome = (differences: Partial<WriteOutcome>): WriteOutcome => ({
    stored: 0,
    duplicate: 0,
    replaced: 0,
    duplicatePayloads: 0,
    ...differences,
  })

  describe('a span counts once', () => {
    test('a payload sent again is a duplicate', async () => {
      const spans = trace()
      assert.deepEqual(await writeSpans(harness(), spans), outcome({ stored: 3 }))
      assert.deepEqual(await writeSpans(harness(), spans), outcome({ duplicate: 3, duplicatePayloads: 1 }))
      await assertHolds(spans)
    })

    test('a payload sent again on a later day is a duplicate', async () => {
      const spans = trace()
      await writeSpans(harness(), spans, '2026-11-21')
      const again = await writeSpans(harness(), spans, '2026-11-23')
      assert.deepEqual(again, outcome({ duplicate: 3, duplicatePayloads: 1 }))
      await assertHolds(spans)
    })

    test('a span that comes again in another payload is a duplicate, its neighbours are not', async () => {
      const spans = trace(4)
      await writeSpans(harness(), spans.slice(0, 3))
      const second = await writeSpans(harness(), spans.slice(2))
      assert.deepEqual(second, outcome({ stored: 1, duplicate: 1 }))
      await assertHolds(spans)
    })

    test('copies within one body, in one payload or two, count once', async () => {
      const spans = trace()
      const [written] = await harness().write([bodyOf([[...spans, ...spans], spans])])
      assert.deepEqual(written, outcome({ stored: 3, duplicate: 6, duplicatePayloads: 1 }))
      await assertHolds(spans)
    })

    test('copies in two bodies of one batch count once', async () => {
      const spans = trace()
      const written = await harness().write([bodyOf([spans], '2026-11-22'), bodyOf([spans], '2026-11-23')])
      assert.deepEqual(written, [outcome({ stored: 3 }), outcome({ duplicate: 3, duplicatePayloads: 1 })])
      await assertHolds(spans)
    })

    test('of two finished copies that differ the first stays', async () => {
      const first = makeSpan({ name: newName('first'), status: { code: 2, message: 'first' } })
      const second = { ...first, name: newName('second'), status: { code: 1, message: 'second' } }
      await writeSpans(harness(), [first])
      await writeSpans(harness(), [second])
      await assertHolds([first])
    })

    test('copies written at the same time count once', async () => {
      const traces = Array.from({ length: 5 }, () => trace())
      const outcomes = await Promise.all(
        [0, 1, 2, 3].map((writer) => {
          const inOwnOrder = [...traces.slice(writer), ...traces.slice(0, writer)]
          return harness().writeElsewhere([bodyOf([inOwnOrder.flat()])])
        }),
      )
      const sum = (count: (of: WriteOutcome) => number): number =>
        outcomes.flat().reduce((total, one) => total + count(one), 0)
      assert.deepEqual([sum((one) => one.stored), sum((one) => one.duplicate)], [15, 45])
      for (const spans of traces) await assertHolds(spans)
    })

    test('the same span id in another trace is another span', async () => {
      const one = makeSpan()
      const other = { ...one, traceId: newTraceId() }
      const written = await writeSpans(harness(), [one, other])
      assert.deepEqual(written, outcome({ stored: 2 }))
      await assertHolds([one])
      await assertHolds([other])
    })
  })

  describe('a finished span takes the place of a running one', () => {
    const finished = (): Span => makeSpan({ attributes: [{ key: 'answer', value: 42n }] })

    test('when it comes later', async () => {
      const span = finished()
      await writeSpans(harness(), [makeRunning(span)])
      const [row] = await harness().store.listSpans(span.traceId, { limit: 1 })
      assert.equal(row?.running, true)
      assert.deepEqual(await writeSpans(harness(), [span]), outcome({ stored: 1, replaced: 1 }))
      await assertHolds([span])
    })

    test('when it comes on a later day', async () => {
      const span = finished()
      await writeSpans(harness(), [makeRunning(span)], '2026-11-20')
      assert.deepEqual(await writeSpans(harness(), [span], '2026-11-22'), outcome({ stored: 1, replaced: 1 }))
      await assertHolds([span])
    })

    test('when it came first, the running one being a duplicate then', async () => {
      const span = finished()
      await writeSpans(harness(), [span])
      const late = await writeSpans(harness(), [makeRunning(span)])
      assert.deepEqual(late, outcome({ duplicate: 1, duplicatePayloads: 1 }))
      await assertHolds([span])
    })

    test('in one batch, in both orders', async () => {
      const [a, b] = [finished(), finished()]
      await harness().write([bodyOf([[makeRunning(a)], [a]]), bodyOf([[b], [makeRunning(b)]])])
      await assertHolds([a])
      await assertHolds([b])
    })

    test('and the summary forgets what only the running one said', async () => {
      const [service, name] = [newName('service'), newName('name')]
      const span = makeSpan({ name, resource: resourceOf(service) })
      const early = makeRunning({ ...span, name: newName('early'), status: { code: 2, message: '' } })
      await writeSpans(harness(), [early])
      await writeSpans(harness(), [span])
      const { store } = harness()
      const summary = await store.findTrace(span.traceId)
      assert.equal(summary?.errorCount, 0)
      assert.equal(summary.root.name, name)
      assert.equal(summary.endUnixNano, span.endUnixNano)
      assert.deepEqual(await store.findTraces({ service, name: early.name, limit: 5 }), [])
      assert.equal((await store.findTraces({ service, name, limit: 5 })).length, 1)
    })
  })
}
