import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Span } from '../../trace/span.ts'
import type { TraceQuery } from '../trace-store.ts'
import { makeSpan, millisecond, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

export function describeFindTraces(harness: () => StoreHarness): void {
  const [shop, till] = [newName('shop'), newName('till')]

  /** Traces a, b, c begin a second apart; each has a root of the shop and, but for c, a child of the till. */
  const make = (second: number, durationMs: number, child?: Partial<Span>): Span[] => {
    const startUnixNano = noon + BigInt(second) * 1000n * millisecond
    const endUnixNano = startUnixNano + BigInt(durationMs) * millisecond
    const traceId = newTraceId()
    const root = makeSpan({ traceId, name: 'order', startUnixNano, endUnixNano, resource: resourceOf(shop) })
    if (child === undefined) return [root]
    const parentSpanId = root.spanId
    return [root, makeSpan({ traceId, parentSpanId, startUnixNano, resource: resourceOf(till), ...child })]
  }
  const traces = {
    a: make(0, 100, { name: 'pay' }),
    b: make(1, 2000, { name: 'refund', status: { code: 2, message: 'card' } }),
    c: make(2, 500),
  }

  async function find(query: Omit<TraceQuery, 'limit'>): Promise<string> {
    const found = await harness().store.findTraces({ limit: 10, ...query })
    const names = Object.entries(traces).map(([name, [root]]) => [root!.traceId, name] as const)
    const byId = new Map(names)
    return found.map((trace) => byId.get(trace.traceId) ?? '?').join('')
  }

  describe('findTraces', () => {
    before(async () => {
      for (const spans of Object.values(traces)) await writeSpans(harness(), spans)
    })

    test('gives the newest start first', async () => {
      assert.equal(await find({ service: shop }), 'cba')
      assert.equal((await harness().store.findTraces({ service: shop, limit: 2 })).length, 2)
    })

    test('finds a service by any span of the trace', async () => {
      assert.equal(await find({ service: till }), 'ba')
      assert.equal(await find({ service: newName('nobody') }), '')
    })

    test('finds a name by any span of the trace, and both by one and the same span', async () => {
      assert.equal(await find({ name: 'order', service: shop }), 'cba')
      assert.equal(await find({ name: 'pay', service: till }), 'a')
      assert.equal(await find({ name: 'pay', service: shop }), '')
      assert.equal(await find({ name: newName('no such') }), '')
    })

    test('finds a name without a service', async () => {
      const name = newName('lonely')
      const span = makeSpan({ name })
      await writeSpans(harness(), [span])
      const found = await harness().store.findTraces({ name, limit: 5 })
      assert.deepEqual(
        found.map((trace) => trace.traceId),
        [span.traceId],
      )
    })

    test('takes a trace with one failed span for an error, and one without any for ok', async () => {
      assert.equal(await find({ service: shop, status: 'error' }), 'b')
      assert.equal(await find({ service: shop, status: 'ok' }), 'ca')
    })

    test('bounds the duration on both sides, bounds included', async () => {
      assert.equal(await find({ service: shop, minDurationNano: 500n * millisecond }), 'cb')
      assert.equal(await find({ service: shop, maxDurationNano: 500n * millisecond }), 'ca')
      const exactly = 500n * millisecond
      assert.equal(await find({ service: shop, minDurationNano: exactly, maxDurationNano: exactly }), 'c')
      assert.equal(await find({ service: shop, minDurationNano: 2n ** 70n }), '')
    })

    test('bounds the start, from included and to excluded', async () => {
      const second = 1000n * millisecond
      assert.equal(await find({ service: shop, fromUnixNano: noon + second }), 'cb')
      assert.equal(await find({ service: shop, toUnixNano: noon + second }), 'a')
      assert.equal(
        await find({ service: shop, fromUnixNano: noon + second, toUnixNano: noon + 2n * second }),
        'b',
      )
      assert.equal(await find({ service: shop, fromUnixNano: 0n, toUnixNano: 2n ** 64n }), 'cba')
    })

    test('takes all filters together', async () => {
      const second = 1000n * millisecond
      const query: TraceQuery = {
        service: till,
        name: 'refund',
        status: 'error',
        minDurationNano: second,
        maxDurationNano: 3n * second,
        fromUnixNano: noon,
        toUnixNano: noon + 2n * second,
        limit: 10,
      }
      assert.equal(await find(query), 'b')
      assert.equal(await find({ ...query, status: 'ok' }), '')
      assert.equal(await find({ ...query, name: 'pay' }), '')
    })
  })

  describe('findTraces in a trace with more operations than a summary lists', () => {
    const service = newName('many')
    const traceId = newTraceId()
    const spans = Array.from({ length: 600 }, (_, i) =>
      makeSpan({ traceId, name: `step ${i}`, resource: resourceOf(service) }),
    )
    const last = newName('last')
    const ids = async (query: Omit<TraceQuery, 'limit'>): Promise<readonly string[]> => {
      const found = await harness().store.findTraces({ limit: 10, ...query })
      return found.map((trace) => trace.traceId)
    }

    before(async () => {
      await writeSpans(harness(), spans.slice(0, 400))
      await writeSpans(harness(), spans.slice(400))
      await writeSpans(harness(), [makeSpan({ traceId, resource: resourceOf(last) })], '2026-11-24')
    })

    test('finds every name and every service', async () => {
      for (const name of ['step 0', 'step 299', 'step 599']) {
        assert.deepEqual(await ids({ service, name }), [traceId])
      }
      assert.deepEqual(await ids({ service: last }), [traceId])
      assert.deepEqual(await ids({ service: last, name: 'step 0' }), [])
    })

    test('keeps the order among traces that list theirs', async () => {
      const [older, newer] = [-1n, 1n].map((ms) =>
        makeSpan({ startUnixNano: noon + ms * millisecond, resource: resourceOf(last) }),
      )
      await writeSpans(harness(), [older!, newer!])
      assert.deepEqual(await ids({ service: last }), [newer!.traceId, traceId, older!.traceId])
      const page = await harness().store.findTraces({ service: last, limit: 1 })
      const rest = await harness().store.findTraces({ service: last, limit: 5, after: page[0]! })
      assert.deepEqual(
        rest.map((trace) => trace.traceId),
        [traceId, older!.traceId],
      )
    })
  })

  describe('findTraces for a service that puts ids into its span names', () => {
    const service = newName('unbounded')
    const traces = Array.from({ length: 30 }, (_, trace) => {
      const traceId = newTraceId()
      const startUnixNano = noon + BigInt(trace) * millisecond
      return Array.from({ length: 100 }, (_, i) =>
        makeSpan({ traceId, startUnixNano, name: `get ${trace * 100 + i}`, resource: resourceOf(service) }),
      )
    })

    before(async () => {
      for (const spans of traces) await writeSpans(harness(), spans)
    })

    test('finds each trace by the names of its spans', async () => {
      for (const trace of [0, 15, 29]) {
        for (const span of [traces[trace]![0]!, traces[trace]![99]!]) {
          const found = await harness().store.findTraces({ service, name: span.name, limit: 5 })
          assert.deepEqual(
            found.map(({ traceId }) => traceId),
            [span.traceId],
          )
        }
      }
    })

    test('finds all of them by the service, and none by the empty name', async () => {
      assert.equal((await harness().store.findTraces({ service, limit: 100 })).length, traces.length)
      assert.deepEqual(await harness().store.findTraces({ service, name: '', limit: 5 }), [])
    })

    test('shows the names of spans and roots in full', async () => {
      const { traceId } = traces[29]![0]!
      const rows = await harness().store.listSpans(traceId, { limit: 200 })
      assert.deepEqual(new Set(rows.map((row) => row.name)), new Set(traces[29]!.map((span) => span.name)))
      const summary = await harness().store.findTrace(traceId)
      assert.match(summary!.root.name, /^get 29\d\d$/)
    })
  })
}
