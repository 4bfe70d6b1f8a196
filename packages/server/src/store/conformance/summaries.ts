import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Attribute } from '../../trace/attributes.ts'
import type { Span } from '../../trace/span.ts'
import { inListOrder, makeSpan, millisecond, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

const modelCall = (input: bigint, output: bigint): Attribute[] => [
  { key: 'gen_ai.operation.name', value: 'chat' },
  { key: 'gen_ai.usage.input_tokens', value: input },
  { key: 'gen_ai.usage.output_tokens', value: output },
]

/** A root, a child of another service that fails, two model calls, a second parentless span: in start order. */
function makeTrace(service: string): Span[] {
  const traceId = newTraceId()
  const at = (ms: number): bigint => noon + BigInt(ms) * millisecond
  const root = makeSpan({ traceId, name: 'root', startUnixNano: at(0), endUnixNano: at(50) })
  const parentSpanId = root.spanId
  return [
    { ...root, resource: resourceOf(service) },
    makeSpan({ traceId, parentSpanId, startUnixNano: at(-5), status: { code: 2, message: 'no' } }),
    makeSpan({ traceId, parentSpanId, startUnixNano: at(10), attributes: modelCall(100n, 7n) }),
    makeSpan({ traceId, parentSpanId, startUnixNano: at(20), attributes: modelCall(30n, 5n) }),
    makeSpan({ traceId, name: 'second root', startUnixNano: at(1), endUnixNano: at(90) }),
  ]
}

export function describeSummaries(harness: () => StoreHarness): void {
  describe('the summary of a trace', () => {
    test('is the same in whatever order, batches and days its spans arrive', async () => {
      const days = ['2026-11-20', '2026-11-21', '2026-11-22']
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
          fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
          fc.integer({ min: 1, max: 5 }),
          async (order, dayOf, batchSize) => {
            const service = newName('service')
            const spans = makeTrace(service)
            for (let from = 0; from < 5; from += batchSize) {
              const batch = order.slice(from, from + batchSize)
              await writeSpans(
                harness(),
                batch.map((i) => spans[i]!),
                days[dayOf[from]!],
              )
            }
            const summary = await harness().store.findTrace(spans[0]!.traceId)
            const { firstArrivalDay, lastArrivalDay, lastHeardAt, ...rest } = summary!
            const used = order.flatMap((_, i) => (i % batchSize === 0 ? [days[dayOf[i]!]!] : [])).sort()
            assert.deepEqual([firstArrivalDay, lastArrivalDay], [used[0], used.at(-1)])
            assert.ok(used.includes(lastHeardAt!.toISOString().slice(0, 10)))
            assert.deepEqual(rest, {
              traceId: spans[0]!.traceId,
              startUnixNano: noon - 5n * millisecond,
              endUnixNano: noon + 90n * millisecond,
              spanCount: 5,
              errorCount: 1,
              runningCount: 0,
              root: { spanId: spans[0]!.spanId, name: 'root', serviceName: service, provisional: false },
              inputTokens: 130,
              outputTokens: 12,
              modelCallCount: 2,
            })
          },
        ),
        { numRuns: 25 },
      )
    })

    test('has the earliest span as its provisional root until a parentless one arrives', async () => {
      const { store } = harness()
      const [root, , late] = makeTrace(newName('service'))
      const early = makeSpan({ ...late!, spanId: '00000000000000aa', startUnixNano: noon + millisecond })
      await writeSpans(harness(), [late!])
      await writeSpans(harness(), [early])
      const before = await store.findTrace(root!.traceId)
      assert.deepEqual([before?.root.spanId, before?.root.provisional], [early.spanId, true])
      await writeSpans(harness(), [root!])
      const after = await store.findTrace(root!.traceId)
      assert.deepEqual([after?.root.spanId, after?.root.provisional], [root!.spanId, false])
    })

    test('has, of parentless spans that start together, the one with the least span id as its root', async () => {
      const traceId = newTraceId()
      const spans = ['ffffffffffffff01', '0000000000000002', '8000000000000000'].map((spanId) =>
        makeSpan({ traceId, spanId }),
      )
      for (const span of spans) await writeSpans(harness(), [span])
      const summary = await harness().store.findTrace(traceId)
      assert.equal(summary?.root.spanId, inListOrder(spans)[0]!.spanId)
    })

    test('tells no tokens when no span told any, and zero when one told zero', async () => {
      const [silent, zero] = [makeSpan(), makeSpan({ attributes: modelCall(0n, 0n) })]
      await writeSpans(harness(), [silent, zero])
      const { store } = harness()
      assert.equal((await store.findTrace(silent.traceId))?.inputTokens, undefined)
      assert.equal((await store.findTrace(zero.traceId))?.inputTokens, 0)
    })

    test('does not add the tokens of an agent run to those of the model calls inside it', async () => {
      const run = makeSpan({
        attributes: [
          ...modelCall(100n, 7n).slice(1),
          { key: 'gen_ai.operation.name', value: 'invoke_agent' },
        ],
      })
      const call = makeSpan({
        traceId: run.traceId,
        parentSpanId: run.spanId,
        attributes: modelCall(100n, 7n),
      })
      await writeSpans(harness(), [call, run])
      const summary = await harness().store.findTrace(run.traceId)
      assert.deepEqual([summary?.inputTokens, summary?.outputTokens], [100, 7])
    })

    test('is the same from findTraces as from findTrace', async () => {
      const service = newName('service')
      const spans = makeTrace(service)
      await writeSpans(harness(), spans)
      const { store } = harness()
      const found = await store.findTraces({ service, limit: 2 })
      const one = await store.findTrace(spans[0]!.traceId)
      assert.deepEqual(found, [{ ...one, lastHeardAt: undefined }])
    })
  })
}
