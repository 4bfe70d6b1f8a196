import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Span } from '../../trace/span.ts'
import type { WriteOutcome } from '../trace-store.ts'
import { makeRunning, makeSpan, millisecond, newName, newTraceId, resourceOf } from './example-spans.ts'
import { bodyOf, readAllSpans, today, writeSpans, type StoreHarness } from './harness.ts'

export function describeRunningSpans(harness: () => StoreHarness): void {
  const replacing: WriteOutcome = { stored: 1, duplicate: 0, replaced: 1, duplicatePayloads: 0 }
  const repeating: WriteOutcome = { stored: 0, duplicate: 1, replaced: 0, duplicatePayloads: 1 }
  const at = (second: number): Date => new Date(`${today}T12:00:${String(second).padStart(2, '0')}Z`)

  /** The nth sign of life of a span. */
  const sign = (span: Span, n: number): Span => ({
    ...makeRunning(span),
    events: [
      { timeUnixNano: span.startUnixNano, name: `step ${n}`, attributes: [], droppedAttributesCount: 0 },
    ],
  })
  const writeAt = (spans: readonly Span[], second: number): Promise<readonly WriteOutcome[]> =>
    harness().write([{ ...bodyOf([spans]), receivedAt: at(second) }])

  describe('a running span', () => {
    test('is taken over by its next copy, and both, the span and the trace, say when that was received', async () => {
      const span = makeSpan()
      await writeAt([sign(span, 1)], 1)
      assert.deepEqual(await writeAt([sign(span, 2)], 31), [replacing])
      const { store } = harness()
      const [row, ...others] = await store.listSpans(span.traceId, { limit: 5 })
      assert.deepEqual([row?.running, row?.lastHeardAt, others], [true, at(31), []])
      assert.deepEqual(await readAllSpans(store, span.traceId), [sign(span, 2)])
      const summary = await store.findTrace(span.traceId)
      assert.deepEqual([summary?.spanCount, summary?.runningCount, summary?.lastHeardAt], [1, 1, at(31)])
    })

    test('does not keep its trace silent: the newest of whatever came of the trace is when it was heard of', async () => {
      const service = newName('heard')
      const span = makeSpan({ resource: resourceOf(service) })
      await writeAt([sign(span, 1)], 1)
      await writeAt([makeSpan({ traceId: span.traceId })], 20)
      const [listed] = await harness().store.findTraces({ service, limit: 1 })
      assert.deepEqual([listed?.runningCount, listed?.lastHeardAt], [1, at(20)])
      const rows = await harness().store.listSpans(span.traceId, { limit: 2 })
      assert.deepEqual(new Set(rows.map((row) => row.lastHeardAt)), new Set([at(1), undefined]))
    })

    test('of two copies in one payload, or in two of one batch, is the later one', async () => {
      const [one, two] = [makeSpan(), makeSpan()]
      const [inOne] = await harness().write([bodyOf([[sign(one, 1), sign(one, 2)]])])
      assert.deepEqual([inOne?.stored, inOne?.replaced], [2, 1])
      await harness().write([bodyOf([[sign(two, 1)]]), bodyOf([[sign(two, 2)]])])
      for (const span of [one, two]) {
        assert.deepEqual(await readAllSpans(harness().store, span.traceId), [sign(span, 2)])
        assert.equal((await harness().store.findTrace(span.traceId))?.runningCount, 1)
      }
    })

    test('never takes the place of a finished one, nor leaves it running', async () => {
      const span = makeSpan()
      await writeAt([sign(span, 1)], 1)
      assert.deepEqual(await writeAt([span], 2), [replacing])
      assert.deepEqual(await writeAt([sign(span, 3)], 3), [repeating])
      const [row] = await harness().store.listSpans(span.traceId, { limit: 5 })
      assert.deepEqual([row?.running, row?.lastHeardAt], [false, undefined])
      const summary = await harness().store.findTrace(span.traceId)
      assert.deepEqual([summary?.spanCount, summary?.runningCount, summary?.lastHeardAt], [1, 0, at(3)])
    })

    test('counts in the summary, with its neighbours, in whatever order and batches all of it comes', async () => {
      for (let round = 0; round < 6; round++) {
        const traceId = newTraceId()
        const [ended, open, other] = [makeSpan({ traceId }), makeSpan({ traceId }), makeSpan({ traceId })]
        const copies = [sign(ended, 1), sign(open, 1), sign(ended, 2), sign(open, 2), ended, other]
        const order = copies.map((_, i) => copies[(i * (round % 2 === 0 ? 1 : 5) + round) % copies.length]!)
        const perBatch = 1 + (round % 3)
        for (let from = 0; from < order.length; from += perBatch) {
          await harness().write(order.slice(from, from + perBatch).map((span) => bodyOf([[span]])))
        }
        const summary = await harness().store.findTrace(traceId)
        assert.deepEqual([summary?.spanCount, summary?.runningCount], [3, 1])
        assert.equal(summary?.endUnixNano, ended.endUnixNano)
        const rows = await harness().store.listSpans(traceId, { limit: 9 })
        assert.deepEqual(
          rows.filter((row) => row.running).map((row) => row.spanId),
          [open.spanId],
        )
      }
    })

    test('of copies written at the same time stays once', async () => {
      const traceId = newTraceId()
      const spans = Array.from({ length: 4 }, () => makeSpan({ traceId }))
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((n) => harness().writeElsewhere([bodyOf([spans.map((span) => sign(span, n))])])),
      )
      const sum = outcomes.flat().reduce((total, one) => total + one.stored - one.replaced, 0)
      assert.equal(sum, 4)
      const summary = await harness().store.findTrace(traceId)
      assert.deepEqual([summary?.spanCount, summary?.runningCount], [4, 4])
      assert.equal((await harness().store.listSpans(traceId, { limit: 9 })).length, 4)
    })

    test('with a name too long for any list is renamed by its next copy', async () => {
      const span = makeSpan({ name: 'early '.repeat(100) })
      await writeSpans(harness(), [makeRunning(span)])
      await writeSpans(harness(), [{ ...span, name: 'late '.repeat(100) }])
      const summary = await harness().store.findTrace(span.traceId)
      assert.deepEqual([summary?.root.name, summary?.spanCount], ['late '.repeat(100), 1])
    })

    test('whose next copy says something else of it counts as that one says', async () => {
      const span = makeSpan({ name: 'early' })
      await writeSpans(harness(), [makeRunning({ ...span, status: { code: 2, message: '' } })])
      await writeSpans(harness(), [makeRunning({ ...span, name: 'late', parentSpanId: 'aaaaaaaaaaaaaaaa' })])
      const summary = await harness().store.findTrace(span.traceId)
      assert.deepEqual(
        [summary?.root.name, summary?.root.provisional, summary?.errorCount, summary?.spanCount],
        ['late', true, 0, 1],
      )
      const ended = { ...span, name: 'late', endUnixNano: span.startUnixNano + 70n * millisecond }
      await writeSpans(harness(), [ended])
      const after = await harness().store.findTrace(span.traceId)
      assert.deepEqual(
        [after?.root.provisional, after?.runningCount, after?.endUnixNano],
        [false, 0, ended.endUnixNano],
      )
    })
  })
}
