import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Attribute } from '../../trace/attributes.ts'
import { toKeptFingerprint } from '../../trace/fingerprint.ts'
import type { TraceQuery } from '../trace-store.ts'
import {
  asks,
  makeRunning,
  makeSpan,
  makeStage,
  millisecond,
  newName,
  newTraceId,
  noon,
  resourceOf,
} from './example-spans.ts'
import { bodyOf, writeSpans, type StoreHarness } from './harness.ts'

const second = 1000n * millisecond

export function describeFingerprints(harness: () => StoreHarness): void {
  const find = async (query: Omit<TraceQuery, 'limit'> & { limit?: number }): Promise<readonly string[]> => {
    const found = await harness().store.findTraces({ limit: 20, ...query })
    return found.map((trace) => trace.traceId)
  }

  describe('findTraces by a fingerprint', () => {
    const fingerprint = newName('FILTER:RATING=PG|SELECT:FILM')
    const [agent, server] = [newName('agent'), newName('server')]
    const traceIds = [0, 1, 2, 3].map(newTraceId)

    before(async () => {
      for (const [index, traceId] of traceIds.entries()) {
        const startUnixNano = noon + BigInt(index) * second
        const times = { startUnixNano, endUnixNano: startUnixNano + BigInt(index + 1) * millisecond }
        const root = makeSpan({ traceId, ...times, resource: resourceOf(agent) })
        const parentSpanId = root.spanId
        const status = { code: index === 2 ? 2 : 0, message: '' }
        const stage = makeStage(fingerprint, { traceId, ...times, parentSpanId, status })
        const served = makeSpan({ traceId, ...times, name: `serve ${index}`, resource: resourceOf(server) })
        // On two days, and the last with the fingerprint on two spans.
        await writeSpans(harness(), [root, stage], index === 0 ? '2026-11-22' : '2026-11-23')
        if (index !== 1) await writeSpans(harness(), [served], '2026-11-24')
        if (index === 3) await writeSpans(harness(), [makeStage(fingerprint, { traceId, ...times })])
      }
      await writeSpans(harness(), [makeStage(`${fingerprint}|LIMIT:10`, { resource: resourceOf(agent) })])
    })

    test('gives the traces that have exactly it, each once, newest start first', async () => {
      assert.deepEqual(await find({ fingerprint }), traceIds.toReversed())
      assert.deepEqual(await find({ fingerprint: newName('never asked') }), [])
      assert.deepEqual(await find({ fingerprint: fingerprint.toLowerCase() }), [])
      assert.deepEqual(await find({ fingerprint: '' }), [])
    })

    test('goes together with every other filter, which other spans may match', async () => {
      const ids = (...indices: number[]): string[] => indices.map((index) => traceIds[index]!)
      assert.deepEqual(await find({ fingerprint, service: server }), ids(3, 2, 0))
      assert.deepEqual(await find({ fingerprint, service: agent, name: 'work' }), ids(3, 2, 1, 0))
      assert.deepEqual(await find({ fingerprint, service: server, name: 'serve 2' }), ids(2))
      assert.deepEqual(await find({ fingerprint, service: newName('nobody') }), [])
      assert.deepEqual(await find({ fingerprint, status: 'error' }), ids(2))
      assert.deepEqual(await find({ fingerprint, status: 'ok', maxDurationNano: millisecond }), ids(0))
      assert.deepEqual(await find({ fingerprint, fromUnixNano: noon + second }), ids(3, 2, 1))
      assert.deepEqual(await find({ fingerprint, toUnixNano: noon + second }), ids(0))
    })

    test('comes in pages', async () => {
      const [first] = await harness().store.findTraces({ fingerprint, limit: 1 })
      assert.equal(first?.traceId, traceIds[3])
      assert.deepEqual(await find({ fingerprint, after: first, limit: 2 }), [traceIds[2], traceIds[1]])
    })

    test('finds it where a trace has more operations than a summary lists', async () => {
      const traceId = newTraceId()
      const wide = newName('asked widely')
      const many = Array.from({ length: 400 }, (_, i) => makeSpan({ traceId, name: `${wide} ${i}` }))
      const stage = makeStage(wide, { traceId, resource: resourceOf(wide) })
      await writeSpans(harness(), [...many, stage])
      assert.deepEqual(await find({ fingerprint: wide, name: `${wide} 399` }), [traceId])
      assert.deepEqual(await find({ fingerprint: wide, service: wide }), [traceId])
      assert.deepEqual(await find({ fingerprint: wide, service: wide, name: `${wide} 399` }), [])
    })

    test('finds the newest of more traces than are looked through in order, and those behind them', async () => {
      const popular = newName('asked by everyone')
      const stages = Array.from({ length: 10_050 }, (_, i) =>
        makeStage(popular, { startUnixNano: noon - BigInt(i) * second, resource: resourceOf(popular) }),
      )
      await harness().write([bodyOf([stages])])
      const newest = stages.slice(0, 20).map((stage) => stage.traceId)
      assert.deepEqual(await find({ fingerprint: popular }), newest)
      assert.deepEqual(await find({ fingerprint: popular, service: popular }), newest)
      const late = stages.slice(10_040).map((stage) => stage.traceId)
      const toUnixNano = noon - 10_039n * second
      assert.deepEqual(await find({ fingerprint: popular, toUnixNano }), late)
    })
  })

  describe('a fingerprint of a span', () => {
    async function rowOf(attributes: readonly Attribute[]): Promise<string | undefined> {
      const span = makeSpan({ attributes })
      await writeSpans(harness(), [span])
      const [row] = await harness().store.listSpans(span.traceId, { limit: 1 })
      return row?.fingerprint
    }

    test('is in its row; of several the last one, and of other types none', async () => {
      assert.equal(await rowOf([asks('A'), asks('B')]), 'B')
      assert.equal(await rowOf([]), undefined)
      assert.equal(await rowOf([asks('')]), undefined)
      for (const value of [7n, true, ['A'], new Uint8Array([65])]) {
        assert.equal(await rowOf([{ key: 'canonicalize.fingerprint', value }]), undefined)
      }
    })

    test('too long, or of NULs, is kept by the rule, and found as it was sent and as it is shown', async () => {
      const name = newName('long')
      for (const sent of [`${name}${'ü'.repeat(600)}`, `${name}${'x'.repeat(60_000)}`, `${name}\0\0`]) {
        const shown = await rowOf([asks(sent)])
        assert.equal(shown, toKeptFingerprint(sent))
        assert.equal((await find({ fingerprint: sent })).length, 1)
        assert.equal((await find({ fingerprint: shown })).length, 1)
        assert.equal((await find({ fingerprint: sent.slice(0, -1) })).length, 0)
      }
    })

    test('of a megabyte is no question, and its span is kept all the same', async () => {
      const sent = newName('a').padEnd(1_000_000, 'x')
      assert.equal(await rowOf([asks(sent)]), undefined)
      assert.deepEqual(await find({ fingerprint: sent }), [])
    })

    test('of a running span gives way to that of the finished one', async () => {
      const [before, after] = [newName('before'), newName('after')]
      const span = makeStage(after)
      await writeSpans(harness(), [makeRunning({ ...span, attributes: [asks(before)] })])
      assert.deepEqual(await find({ fingerprint: before }), [span.traceId])
      await writeSpans(harness(), [span], '2026-11-24')
      assert.deepEqual(await find({ fingerprint: before }), [])
      assert.deepEqual(await find({ fingerprint: after }), [span.traceId])
    })
  })
}
