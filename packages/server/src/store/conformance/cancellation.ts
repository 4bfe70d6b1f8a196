import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeSpan, newTraceId, noon } from './example-spans.ts'
import { bodyOf, type StoreHarness } from './harness.ts'

export function describeCancellation(harness: () => StoreHarness): void {
  describe('a read whose signal is aborted', () => {
    test('rejects with the signal’s reason', async () => {
      const { store } = harness()
      const traceId = newTraceId()
      const reason = new Error('the client left')
      const options = { signal: AbortSignal.abort(reason) }
      const periods = { previousFromUnixNano: 0n, fromUnixNano: 0n, toUnixNano: noon }
      const grouping = { inputTokens: [], startsUnixNano: [], timesOfDayNano: [], limit: 1 }
      const sums = store.groupModelCalls(periods, [['x']], grouping, options)
      const reads = [
        store.findTraces({ limit: 1 }, options),
        store.findTraces({ service: 'x', limit: 1 }, options),
        store.findTraces({ fingerprint: 'x', limit: 1 }, options),
        store.rankFingerprints(periods, { sort: 'count', limit: 1 }, options),
        sums[Symbol.asyncIterator]().next(),
        store.findTrace(traceId, options),
        store.listSpans(traceId, { limit: 1 }, options),
        store.readSpans(traceId, { limit: 1 }, options),
        store.findTraceBodies(traceId, options),
        store.listServices({ limit: 1 }, options),
        store.listOperations({ limit: 1 }, options),
      ]
      for (const read of reads) await assert.rejects(read, reason)
    })

    test('ends between two chunks of a raw trace', async () => {
      const { store, write } = harness()
      const traceId = newTraceId()
      const spans = Array.from({ length: 6 }, (_, i) =>
        makeSpan({
          traceId,
          startUnixNano: noon + BigInt(i),
          attributes: [{ key: 'text', value: 'x'.repeat(2_000_000) }],
        }),
      )
      await write(spans.map((span) => bodyOf([[span]])))
      const controller = new AbortController()
      const reason = new Error('the client left')
      let chunks = 0
      const read = async (): Promise<void> => {
        for await (const chunk of store.readRaw(traceId, { signal: controller.signal })) {
          assert.ok(chunk.byteLength > 0)
          chunks++
          controller.abort(reason)
        }
      }
      await assert.rejects(read, reason)
      assert.ok(chunks < spans.length)
    })
  })
}
