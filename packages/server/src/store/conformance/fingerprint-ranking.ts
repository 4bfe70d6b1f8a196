import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Attribute } from '../../trace/attributes.ts'
import { toKeptFingerprint } from '../../trace/fingerprint.ts'
import type { Span } from '../../trace/span.ts'
import type { AskedPeriods, FingerprintOrder } from '../fingerprint-ranking.ts'
import { makeRunning, makeSpan, makeStage, millisecond, newName, noon, resourceOf } from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

const second = 1000n * millisecond

export function describeFingerprintRanking(harness: () => StoreHarness): void {
  describe('the ranking of fingerprints', () => {
    // A time of its own: fingerprints of other tests lie at noon and before.
    const start = noon + 40n * 86_400n * second
    const periods: AskedPeriods = {
      previousFromUnixNano: start - 100n * second,
      fromUnixNano: start,
      toUnixNano: start + 100n * second,
    }
    const [often, slow, failing, gone, running] = ['1', '2', '3', '4', '5'].map((n) => newName(n)) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const [agent, server] = [newName('agent'), newName('server')]
    const ask = (
      fingerprint: string,
      at: bigint,
      durationMs: number,
      differences: Partial<Span> = {},
    ): Span => {
      const startUnixNano = start + at * second
      const endUnixNano = startUnixNano + BigInt(durationMs) * millisecond
      return makeStage(fingerprint, {
        startUnixNano,
        endUnixNano,
        resource: resourceOf(agent),
        ...differences,
      })
    }
    const tokens = (input: bigint, output: bigint): Attribute[] => [
      { key: 'gen_ai.operation.name', value: 'chat' },
      { key: 'gen_ai.usage.input_tokens', value: input },
      { key: 'gen_ai.usage.output_tokens', value: output },
    ]
    const failed = { code: 2, message: '' }
    const shared = ask(often, 3n, 400)
    const served = ask(often, 1n, 200, { resource: resourceOf(server) })
    const calling = ask(often, 4n, 300)

    before(async () => {
      await writeSpans(harness(), [
        ask(often, 0n, 100),
        served,
        // Twice in one trace, and in another with another question.
        ask(often, 1n, 200, { traceId: served.traceId, parentSpanId: served.spanId }),
        shared,
        ask(slow, 3n, 400, { traceId: shared.traceId, parentSpanId: shared.spanId }),
        calling,
        { ...ask(often, 4n, 300), traceId: calling.traceId, attributes: tokens(1000n, 50n) },
        ask(often, -50n, 1000, { status: failed }),
        ask(slow, 5n, 5000, { status: failed }),
        ask(failing, 6n, 10, { status: failed }),
        ask(gone, -100n, 10),
        ask(gone, -101n, 10),
        ask(gone, 100n, 10),
        makeRunning(ask(running, 7n, 10)),
      ])
      // What says no time asks nothing in any period.
      await writeSpans(harness(), [makeStage(often, { startUnixNano: 0n, endUnixNano: 0n })])
    })

    const rank = (sort: FingerprintOrder = 'count', limit = 10, changes: Partial<AskedPeriods> = {}) =>
      harness().store.rankFingerprints({ ...periods, ...changes }, { sort, limit })

    test('counts each trace once under each of its fingerprints, in the period in which it starts', async () => {
      const { fingerprintCount, items } = await rank()
      assert.equal(fingerprintCount, 4)
      assert.deepEqual(
        items.map(({ fingerprint, current, previous }) => [
          fingerprint,
          current.traceCount,
          current.failedCount,
          current.errorCount,
          previous?.traceCount,
        ]),
        [
          [often, 4, 0, 0, 1],
          [slow, 2, 1, 1, undefined],
          [failing, 1, 1, 1, undefined],
          [running, 1, 0, 0, undefined],
        ],
      )
    })

    test('tells durations as percentiles, tokens as sums, and the first and last start', async () => {
      const { items } = await rank('count', 1)
      assert.deepEqual(items[0]?.current, {
        traceCount: 4,
        failedCount: 0,
        errorCount: 0,
        p50DurationNano: 250e6,
        p95DurationNano: 385e6,
        inputTokens: 1000,
        outputTokens: 50,
        modelCallCount: 1,
        firstStartUnixNano: start,
        lastStartUnixNano: start + 4n * second,
      })
      assert.equal(items[0]?.previous?.p95DurationNano, 1e9)
      assert.equal(items[0]?.previous?.inputTokens, undefined)
    })

    test('counts as failed what its root says, whatever went wrong below', async () => {
      const fingerprints = ['mended', 'given up', 'headless', 'over midnight'].map((name) => newName(name))
      const [mended, givenUp, headless, overMidnight] = fingerprints as [string, string, string, string]
      const at = { startUnixNano: start + 10_000n * second, endUnixNano: start + 10_001n * second }
      const make = (fingerprint: string, own: Partial<Span>, below: Partial<Span>): Span[] => {
        const root = makeStage(fingerprint, { ...at, ...own })
        return [root, makeSpan({ ...at, traceId: root.traceId, parentSpanId: root.spanId, ...below })]
      }
      await writeSpans(harness(), [
        ...make(mended, {}, { status: failed }),
        ...make(mended, { status: failed }, {}),
        ...make(givenUp, { status: failed }, { status: failed }),
        ...make(headless, { status: failed, parentSpanId: '00000000000000aa' }, {}),
      ])
      const [root, child] = make(overMidnight, { status: failed }, {}) as [Span, Span]
      await writeSpans(harness(), [child], '2026-11-23')
      await writeSpans(harness(), [root], '2026-11-24')
      const later = { fromUnixNano: at.startUnixNano, toUnixNano: at.endUnixNano }
      const { items } = await rank('error_rate', 10, later)
      assert.deepEqual(
        items
          .map(({ fingerprint, current }) => [fingerprint, current.failedCount, current.errorCount])
          .sort(),
        [
          [mended, 1, 2],
          [givenUp, 1, 1],
          [headless, 0, 1],
          [overMidnight, 1, 1],
        ].sort(),
      )
      assert.deepEqual(
        items.slice(2).map(({ fingerprint }) => fingerprint),
        [mended, headless],
      )
    })

    test('tells of one fingerprint, as it was sent or as it is kept', async () => {
      const { store } = harness()
      const page = { sort: 'count', limit: 10 } as const
      const { fingerprintCount, items } = await store.rankFingerprints(periods, {
        ...page,
        fingerprint: slow,
      })
      assert.deepEqual([fingerprintCount, items.length], [1, 1])
      assert.deepEqual(
        items[0],
        (await rank()).items.find(({ fingerprint }) => fingerprint === slow),
      )
      const long = newName('long').padEnd(1000, 'x')
      await writeSpans(harness(), [ask(long, 200n, 1)])
      const later = { ...periods, toUnixNano: start + 300n * second }
      for (const fingerprint of [long, toKeptFingerprint(long)]) {
        assert.equal((await store.rankFingerprints(later, { ...page, fingerprint })).fingerprintCount, 1)
      }
      const never = await store.rankFingerprints(periods, { ...page, fingerprint: newName('never') })
      assert.deepEqual(never, { fingerprintCount: 0, items: [] })
    })

    test('counts what still runs, and takes no duration of it', async () => {
      const found = (await rank()).items.find(({ fingerprint }) => fingerprint === running)
      assert.equal(found?.current.traceCount, 1)
      assert.equal(found?.current.p50DurationNano, undefined)
    })

    test('comes in each order, and says how many there are behind the limit', async () => {
      const orders: Record<FingerprintOrder, string[]> = {
        count: [often, slow],
        p95: [slow, often],
        error_rate: [failing, slow],
        tokens: [often, slow],
      }
      for (const [sort, expected] of Object.entries(orders)) {
        const { fingerprintCount, items } = await rank(sort as FingerprintOrder, 2)
        assert.deepEqual(
          items.map(({ fingerprint }) => fingerprint),
          expected,
          sort,
        )
        assert.equal(fingerprintCount, 4)
      }
    })

    test('knows the service by any span of the trace', async () => {
      const { fingerprintCount, items } = await rank('count', 10, { service: server })
      assert.deepEqual([fingerprintCount, items[0]?.fingerprint, items[0]?.current.traceCount], [1, often, 1])
      assert.equal((await rank('count', 10, { service: newName('nobody') })).fingerprintCount, 0)
    })

    test('says of each fingerprint as many traces as findTraces gives', async () => {
      for (const { fingerprint, current, previous } of (await rank()).items) {
        const count = async (fromUnixNano: bigint, toUnixNano: bigint): Promise<number> =>
          (await harness().store.findTraces({ fingerprint, fromUnixNano, toUnixNano, limit: 20 })).length
        assert.equal(await count(periods.fromUnixNano, periods.toUnixNano), current.traceCount)
        const before = await count(periods.previousFromUnixNano, periods.fromUnixNano)
        assert.equal(before, previous?.traceCount ?? 0)
      }
    })

    test('of a time without traces is empty, and so is one without a length', async () => {
      const far = noon + 4000n * 86_400n * second
      for (const toUnixNano of [far, far + second]) {
        const never = { previousFromUnixNano: far, fromUnixNano: far, toUnixNano }
        assert.deepEqual(await rank('count', 10, never), { fingerprintCount: 0, items: [] })
      }
    })
  })
}
