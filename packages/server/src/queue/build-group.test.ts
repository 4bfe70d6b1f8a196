import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { buildGroup } from './build-group.ts'
import { locatePayload } from './park.ts'
import { makePayload } from './test-queue.ts'

const frameBytes = 128 * 1024

const payloads = fc.array(
  fc.record({
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.integer({ min: 0, max: 2 * frameBytes }).map((length) => new Uint8Array(length).fill(length)),
    ),
    spanCount: fc.nat(9),
    traceHashes: fc.array(fc.integer(), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
)

/** Triples of an array, by threes. */
function triples(numbers: readonly number[]): [number, number, number][] {
  assert.equal(numbers.length % 3, 0)
  return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(i * 3, i * 3 + 3) as never)
}

describe('a group', () => {
  test('decompresses, frame by frame, to its payloads end to end', () => {
    fc.assert(
      fc.property(payloads, (given) => {
        const group = buildGroup(given)
        let storedFrom = 0
        let rawFrom = 0
        const raw = triples(group.frames).map(([storedTo, rawTo]) => {
          const frame = zstdDecompressSync(group.bytes.subarray(storedFrom, storedTo))
          assert.equal(frame.byteLength, rawTo - rawFrom)
          storedFrom = storedTo
          rawFrom = rawTo
          return frame
        })
        assert.equal(storedFrom, group.bytes.byteLength)
        assert.deepEqual(Buffer.concat(raw), Buffer.concat(given.map((payload) => payload.bytes)))
      }),
      { numRuns: 50 },
    )
  })

  test('keeps the boundaries of each payload: its bytes, its spans, its hashes', () => {
    fc.assert(
      fc.property(payloads, (given) => {
        const group = buildGroup(given)
        const raw = Buffer.concat(given.map((payload) => payload.bytes))
        assert.equal(group.payloadCount, given.length)
        for (const [ordinal, payload] of given.entries()) {
          const at = locatePayload(group, ordinal)
          assert.deepEqual(raw.subarray(at.rawFrom, at.rawTo), Buffer.from(payload.bytes))
          assert.equal(at.spanTo - at.spanFrom, payload.spanCount)
          assert.deepEqual(group.traceHashes.slice(at.hashFrom, at.hashTo), payload.traceHashes)
        }
        const last = triples(group.payloads).at(-1)
        assert.deepEqual(last, [group.rawBytes, group.spanCount, group.traceHashes.length])
      }),
      { numRuns: 50 },
    )
  })

  test('has frames of whole payloads, each full but the last', () => {
    fc.assert(
      fc.property(payloads, (given) => {
        const group = buildGroup(given)
        const ends = new Map(triples(group.payloads).map(([raw, spans]) => [raw, spans]))
        const frames = triples(group.frames)
        let rawFrom = 0
        for (const [index, [, rawTo, spansTo]] of frames.entries()) {
          const isPayloadEnd = triples(group.payloads).some(
            ([raw, spans]) => raw === rawTo && spans === spansTo,
          )
          assert.ok(isPayloadEnd && ends.has(rawTo))
          if (index < frames.length - 1) assert.ok(rawTo - rawFrom >= frameBytes)
          rawFrom = rawTo
        }
        assert.equal(rawFrom, group.rawBytes)
      }),
      { numRuns: 50 },
    )
  })

  test('closes a frame with the payload that fills it', () => {
    const sizes = [100 * 1024, 30 * 1024, 1, frameBytes, 10]
    const group = buildGroup(sizes.map((rawBytes) => makePayload('p', { rawBytes })))
    const rawEnds = triples(group.frames).map(([, rawTo]) => rawTo)
    assert.deepEqual(rawEnds, [130 * 1024, 130 * 1024 + 1 + frameBytes, 130 * 1024 + 1 + frameBytes + 10])
  })
})
