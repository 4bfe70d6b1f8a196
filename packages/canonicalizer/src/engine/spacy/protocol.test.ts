import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readBatch, readReady, readSlice } from './protocol.ts'
import { readLines } from './read-lines.ts'

test('an answer is read when it is of this request, for as many texts, and within them', () => {
  const read = (answer: unknown) => readBatch(7, [3, 0], 2, answer)
  const empty = { m: [], h: [] }
  assert.deepEqual(read({ id: 7, answers: [{ m: [1, 0, 2], h: [0, 2, 3] }, { failed: 'ValueError' }] }), [
    { kind: 'found', matches: [[1, 0, 2]], hints: [[0, 2, 3]] },
    { kind: 'failed', error: 'ValueError' },
  ])
  for (const [name, answer] of Object.entries({
    'another request': { id: 6, answers: [empty, empty] },
    'a text too few': { id: 7, answers: [empty] },
    'a text too many': { id: 7, answers: [empty, empty, empty] },
    'a pattern that is not there': { id: 7, answers: [{ m: [2, 0, 1], h: [] }, empty] },
    'a negative pattern': { id: 7, answers: [{ m: [-1, 0, 1], h: [] }, empty] },
    'beyond the end of the text': { id: 7, answers: [empty, { m: [], h: [0, 0, 1] }] },
    'an empty match': { id: 7, answers: [{ m: [0, 1, 1], h: [] }, empty] },
    'half a match': { id: 7, answers: [{ m: [0, 1], h: [] }, empty] },
    'a fraction': { id: 7, answers: [{ m: [0, 0.5, 1], h: [] }, empty] },
    'no hints': { id: 7, answers: [{ m: [] }, empty] },
    null: null,
  })) {
    assert.equal(read(answer), undefined, name)
  }
})

test('nothing that can be written in JSON makes reading an answer throw', () => {
  const answer = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: fc.constantFrom(1, '1'), answers: fc.jsonValue() }),
    fc.record({ id: fc.constant(1), answers: fc.array(fc.record({ m: fc.jsonValue(), h: fc.jsonValue() })) }),
    fc.record({ id: fc.constant(1), refused: fc.jsonValue(), ready: fc.jsonValue() }),
  )
  fc.assert(
    fc.property(answer, (one) => {
      readReady(one)
      readSlice(1, one)
      for (const found of readBatch(1, [2], 1, one) ?? []) {
        if (found.kind !== 'found') continue
        for (const [pattern, start, end] of [...found.matches, ...found.hints]) {
          assert.ok(pattern === 0 && start >= 0 && start < end && end <= 2)
        }
      }
    }),
  )
})

test('lines are the same however they come in chunks, and one without end is given up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 10 }), { maxLength: 20 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (some, sizes) => {
        // prettier-ignore
        const lines = some.map((line) => line.replaceAll('\n', ''))
        const whole = lines.map((line) => `${line}\n`).join('')
        const read: string[] = []
        const feed = readLines(10, (line) => read.push(line), assert.fail)
        for (let at = 0; at < whole.length;) {
          const size = sizes.next().value ?? 1
          feed(whole.slice(at, at + size))
          at += size
        }
        assert.deepEqual(read, lines)
      },
    ),
  )
  let overflows = 0
  const feed = readLines(10, assert.fail, () => (overflows += 1))
  for (let fed = 0; fed < 10; fed += 1) feed('12345')
  assert.equal(overflows, 1)
})
