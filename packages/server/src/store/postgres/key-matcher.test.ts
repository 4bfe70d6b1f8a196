import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { KeyMatcher } from './key-matcher.ts'
import { asideAttributes, promotedAttributes } from './promoted-attributes.ts'

const entries = [...promotedAttributes, ...asideAttributes].flatMap(({ keys }, column) =>
  keys.map((key, rank) => [typeof key === 'string' ? key : key.key, { column, rank }] as const),
)
const known = new Map(entries)

function match(key: string): { column: number; rank: number } | undefined {
  const matcher = new KeyMatcher()
  const bytes = Buffer.from(`before ${key} behind`)
  const start = 'before '.length
  if (!matcher.match(bytes, start, start + Buffer.byteLength(key))) return undefined
  return { column: matcher.column, rank: matcher.rank }
}

describe('the key matcher', () => {
  test('finds the column and rank of every key that has one', () => {
    for (const [key, place] of known) assert.deepEqual(match(key), place, key)
    assert.equal(known.size, entries.length, 'no key stands for two columns')
  })

  test('finds nothing for any other key, however alike', () => {
    const alike = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(...known.keys()), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }))
        .map(
          ([key, at, letter]) => key.slice(0, at % key.length) + letter + key.slice((at % key.length) + 1),
        ),
      fc.constantFrom(...known.keys()).map((key) => key.slice(0, -1)),
      fc.constantFrom(...known.keys()).map((key) => `${key}s`),
    )
    fc.assert(
      fc.property(alike, (key) => {
        assert.deepEqual(match(key), known.get(key))
      }),
      { numRuns: 1000 },
    )
  })

  test('does not take the same bytes for a key that begins before them', () => {
    assert.equal(match('x'), undefined)
    assert.equal(match(''), undefined)
  })
})
