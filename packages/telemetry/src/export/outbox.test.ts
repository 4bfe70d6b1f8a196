import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinal, mayBecome, type EntryState } from './outbox-entry.ts'
import { Outbox, sizeInMemory } from './outbox.ts'

const states: readonly EntryState[] = ['waiting', 'saving', 'sending', 'copied', 'left', 'settled']
const move = fc.record({
  which: fc.nat({ max: 9 }),
  to: fc.constantFrom(...states),
  where: fc.constantFrom(undefined, 'behind the next' as const, 'last' as const),
})

test('whatever happens in whatever order, the books are those of the entries, and what is over stays over', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      const outbox = new Outbox()
      const entries = Array.from({ length: 10 }, (_, index) =>
        outbox.add({ bytes: Buffer.alloc(index), spanCount: index + 1, encoding: 'protobuf' }),
      )
      for (const { which, to, where } of moves) {
        const entry = entries[which]
        assert.ok(entry !== undefined)
        const { state } = entry
        const isAllowed = mayBecome(entry, to)
        if (to === 'waiting' && where !== undefined) outbox.putBack(entry, where)
        else assert.equal(outbox.move(entry, to), isAllowed)
        assert.equal(entry.state, isAllowed ? to : state)
        const kept = entries.filter((one) => !isFinal(one))
        assert.deepEqual(new Set(outbox.list()), new Set(kept))
        assert.equal(
          outbox.queuedSpans,
          kept.reduce((sum, { request }) => sum + request.spanCount, 0),
        )
        assert.equal(
          outbox.queuedBytes,
          kept.reduce((sum, { request }) => sum + sizeInMemory(request), 0),
        )
        const waiting = kept.filter((one) => one.state === 'waiting').map(({ order }) => order)
        assert.equal(outbox.first?.order, waiting.length === 0 ? undefined : Math.min(...waiting))
      }
    }),
  )
})
