import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { traceIdHash } from '../trace/ids.ts'
import { spans } from './arbitrary-spans.ts'
import { inspectTraces } from './inspect.ts'
import { tracesToJson } from './json-output.ts'
import { extractSpans } from './raw-trace.ts'
import { SpanWalker } from './span-walker.ts'
import { decodeAll } from './test-decode.ts'
import { encodeSpans } from './test-payload.ts'
import { transcodeTracesJson } from './transcode-json.ts'

const runs = { numRuns: 150 }

describe('for any spans', () => {
  test('what is encoded is accepted as it is, and decodes to the same', () => {
    fc.assert(
      fc.property(spans, (sent) => {
        const bytes = encodeSpans(sent)
        const inspection = inspectTraces(bytes)
        assert.ok(inspection.ok)
        assert.equal(inspection.bytes, bytes)
        assert.equal(inspection.spanCount, sent.length)
        assert.equal(inspection.message, '')
        const hashes = new Set(sent.map((span) => traceIdHash(Buffer.from(span.traceId, 'hex'), 0)))
        assert.deepEqual(new Set(inspection.traceHashes), hashes)
        assert.deepEqual(decodeAll(bytes), sent)
      }),
      runs,
    )
  })

  test('JSON out and in again changes no field', () => {
    fc.assert(
      fc.property(spans, (sent) => {
        const json = tracesToJson(encodeSpans(sent))
        const back = transcodeTracesJson(new TextEncoder().encode(json))
        assert.ok(back.ok, JSON.stringify(back))
        assert.deepEqual(decodeAll(back.bytes), sent)
      }),
      runs,
    )
  })

  test('extraction keeps the wanted spans byte for byte, with their resource and scope', () => {
    fc.assert(
      fc.property(spans, fc.func(fc.boolean()), (sent, isWanted) => {
        const bytes = encodeSpans(sent)
        const extracted = extractSpans(bytes, (index) => isWanted(index))
        const wanted = sent.filter((_, index) => isWanted(index))
        assert.deepEqual(decodeAll(extracted), wanted)
        assert.deepEqual(
          spanBytes(extracted),
          spanBytes(bytes).filter((_, index) => isWanted(index)),
        )
        assert.deepEqual(
          extractSpans(bytes, () => true),
          bytes,
        )
      }),
      runs,
    )
  })

  test('payloads put end to end read as all their spans', () => {
    fc.assert(
      fc.property(spans, spans, (first, second) => {
        const bytes = Buffer.concat([encodeSpans(first), encodeSpans(second)])
        assert.deepEqual(decodeAll(bytes), [...first, ...second])
      }),
      { numRuns: 50 },
    )
  })
})

function spanBytes(bytes: Uint8Array): string[] {
  const walker = new SpanWalker()
  walker.reset(bytes)
  const found: string[] = []
  while (walker.next())
    found.push(Buffer.from(bytes.subarray(walker.spanStart, walker.spanEnd)).toString('hex'))
  return found
}
