import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spans } from './arbitrary-spans.ts'
import { inspectTraces } from './inspect.ts'
import { tracesToJson } from './json-output.ts'
import { extractSpans } from './raw-trace.ts'
import { decodeAll } from './test-decode.ts'
import { encodeSpans } from './test-payload.ts'
import { transcodeTracesJson } from './transcode-json.ts'

const seed = 20_261_123
const valid = fc.sample(spans, { seed, numRuns: 40 }).map((sample) => encodeSpans(sample))

/** A small generator of numbers, so that every run sees the same bytes (mulberry32). */
function randomFrom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let mutated = Uint8Array.from(bytes)
  for (let change = random(4); change >= 0; change--) {
    const at = random(mutated.length + 1)
    const kind = random(6)
    if (kind === 0) mutated = mutated.slice(0, at)
    else if (kind === 1) mutated[at] = random(256)
    else if (kind === 2) mutated[at] = (mutated[at] ?? 0) ^ (1 << random(8))
    else if (kind === 3) mutated[at] = [0, 0x7f, 0x80, 0xff][random(4)]!
    else if (kind === 4)
      mutated = Uint8Array.from([...mutated.subarray(0, at), random(256), ...mutated.subarray(at)])
    else mutated.copyWithin(at, random(mutated.length + 1), random(mutated.length + 1))
  }
  return mutated
}

/** @returns whether the bytes were accepted, and if so all that reads them did */
function survives(bytes: Uint8Array): boolean {
  const inspection = inspectTraces(bytes)
  if (!inspection.ok) return false
  const decoded = decodeAll(inspection.bytes)
  assert.equal(decoded.length, inspection.spanCount)
  assert.deepEqual(decodeAll(extractSpans(inspection.bytes, () => true)), decoded)
  const again = transcodeTracesJson(new TextEncoder().encode(tracesToJson(inspection.bytes)))
  assert.ok(again.ok)
  assert.deepEqual(decodeAll(again.bytes), decoded)
  const second = inspectTraces(inspection.bytes)
  assert.ok(second.ok && second.rejectedSpans === 0, 'what was cut is accepted as it is')
  return true
}

test('whatever inspectTraces accepts of broken payloads, everything else reads, and reads alike', () => {
  const random = randomFrom(seed)
  let accepted = 0
  const rounds = 6000
  for (let round = 0; round < rounds; round++) {
    if (survives(mutate(valid[round % valid.length]!, random))) accepted++
  }
  assert.ok(accepted > rounds / 20 && accepted < rounds, `${accepted} of ${rounds} accepted`)
})

test('random bytes never throw', () => {
  const random = randomFrom(seed)
  for (let round = 0; round < 3000; round++) {
    const bytes = Uint8Array.from({ length: random(200) }, () => random(256))
    // A right beginning leads deeper than chance would.
    if (round % 2 === 0) bytes.set([0x0a, Math.max(0, bytes.length - 2) & 0x7f].slice(0, bytes.length))
    survives(bytes)
  }
})

test('broken JSON never throws, and what it becomes can be inspected', () => {
  const random = randomFrom(seed)
  let transcodedCount = 0
  for (let round = 0; round < 4000; round++) {
    const json = new TextEncoder().encode(tracesToJson(valid[round % valid.length]!))
    const transcoded = transcodeTracesJson(mutate(json, random))
    if (!transcoded.ok) continue
    transcodedCount++
    const inspection = inspectTraces(transcoded.bytes)
    assert.ok(inspection.ok, 'transcoding makes well-formed protobuf')
    decodeAll(inspection.bytes)
  }
  assert.ok(transcodedCount > 100)
})
