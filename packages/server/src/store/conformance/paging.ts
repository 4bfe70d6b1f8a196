import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import { inListOrder, makeSpan, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { readAllSpans, writeSpans, type StoreHarness } from './harness.ts'

export function describePaging(harness: () => StoreHarness): void {
  describe('pages', () => {
    test('of traces follow each other without a gap or a repeat, ties included', async () => {
      const service = newName('paged')
      const spans = Array.from({ length: 30 }, (_, i) =>
        makeSpan({ startUnixNano: noon + BigInt(i % 4), resource: resourceOf(service) }),
      )
      await writeSpans(harness(), spans)
      const expected = [...spans].sort((a, b) => {
        if (a.startUnixNano !== b.startUnixNano) return a.startUnixNano < b.startUnixNano ? 1 : -1
        return a.traceId < b.traceId ? 1 : -1
      })
      const found: TraceSummary[] = []
      for (;;) {
        const page = await harness().store.findTraces({ service, limit: 7, after: found.at(-1) })
        found.push(...page)
        if (page.length < 7) break
      }
      assert.deepEqual(
        found.map((trace) => trace.traceId),
        expected.map((span) => span.traceId),
      )
    })

    test('of spans follow each other by start and then by span id, as hexadecimal digits sort', async () => {
      const traceId = newTraceId()
      const ids = ['0000000000000001', '7fffffffffffffff', '8000000000000000', 'ffffffffffffffff']
      const spans = ids.flatMap((spanId, i) => [
        makeSpan({ traceId, spanId }),
        makeSpan({ traceId, startUnixNano: noon - BigInt(i % 2) }),
        makeSpan({ traceId, startUnixNano: noon + 1n }),
      ])
      await writeSpans(harness(), spans)
      const expected = inListOrder(spans)
      for (const limit of [1, 5, 12, 100]) {
        assert.deepEqual(await readAllSpans(harness().store, traceId, limit), expected)
      }
    })
  })
}
