import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeRequests, maxRequestBytes } from './encode-requests.ts'

/** Spans whose encoding is so many bytes each, and names the spans that are in it. */
function spansOf(sizes: readonly number[]): ReadableSpan[] {
  return sizes.map((size, index) => ({ size, index })) as unknown as ReadableSpan[]
}

function serialize(spans: readonly ReadableSpan[]): Uint8Array {
  const sized = spans as unknown as { size: number; index: number }[]
  if (sized.some(({ size }) => size < 0)) throw new Error('cannot be encoded')
  return new Uint8Array(sized.reduce((sum, { size }) => sum + size, 0))
}

test('every span is in one request, in order, and none is too large but those of a single span', () => {
  const size = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 300_000 }) },
    fc.integer({ min: 1_000_000, max: 6_000_000 }),
    fc.constant(-1),
  )
  fc.assert(
    fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
      const { requests, failedSpans } = encodeRequests(spansOf(sizes), serialize, 'protobuf')
      const good = sizes.filter((bytes) => bytes >= 0)
      assert.equal(failedSpans, sizes.length - good.length)
      assert.equal(
        requests.reduce((sum, { spanCount }) => sum + spanCount, 0),
        good.length,
      )
      let at = 0
      for (const { bytes, spanCount } of requests) {
        assert.ok(bytes.byteLength <= maxRequestBytes || spanCount === 1)
        const sum = good.slice(at, at + spanCount).reduce((total, one) => total + one, 0)
        assert.equal(bytes.byteLength, sum)
        at += spanCount
      }
    }),
    { numRuns: 50 },
  )
})

test('an ordinary batch is encoded once', () => {
  let calls = 0
  const count = (spans: readonly ReadableSpan[]): Uint8Array => {
    calls++
    return serialize(spans)
  }
  encodeRequests(spansOf(Array<number>(512).fill(1_000)), count, 'json')
  assert.equal(calls, 1)
})

test('a piece of a large buffer does not keep that buffer in memory', () => {
  const { requests } = encodeRequests(spansOf([1]), () => new Uint8Array(100_000).subarray(0, 10), 'protobuf')
  assert.equal(requests[0]?.bytes.buffer.byteLength, 10)
})
