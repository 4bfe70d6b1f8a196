import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeCursor, encodeCursor, type ListIdentity } from './cursor.ts'

const identities: fc.Arbitrary<ListIdentity> = fc.record({
  list: fc.string(),
  filters: fc.dictionary(fc.string(), fc.option(fc.string(), { nil: undefined })),
})
const positions = fc.array(fc.string({ unit: 'grapheme' }).filter((part) => !part.includes('\0')))

describe('cursors', () => {
  test('a position comes back with the same list and filters, whatever their order', () => {
    fc.assert(
      fc.property(identities, positions, (identity, position) => {
        const reversed = Object.fromEntries(Object.entries(identity.filters).reverse())
        const cursor = encodeCursor(identity, position)
        assert.match(cursor, /^[\w-]+$/)
        assert.deepEqual(decodeCursor({ list: identity.list, filters: reversed }, cursor), position)
      }),
    )
  })

  test('a cursor of other filters or of another list is refused', () => {
    fc.assert(
      fc.property(identities, positions, fc.string({ minLength: 1 }), (identity, position, extra) => {
        const cursor = encodeCursor(identity, position)
        assert.equal(decodeCursor({ ...identity, list: identity.list + extra }, cursor), undefined)
        const filters = { ...identity.filters, added: extra + (identity.filters['added'] ?? '') }
        assert.equal(decodeCursor({ ...identity, filters }, cursor), undefined)
      }),
    )
  })

  test('no text makes it throw, and nothing but a cursor is taken', () => {
    const identity = { list: 'traces', filters: {} }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(toBase64)), (text) => {
        assert.equal(decodeCursor(identity, text), undefined)
      }),
    )
    assert.equal(decodeCursor(identity, ''), undefined)
    assert.equal(decodeCursor(identity, encodeCursor(identity, ['x'.repeat(9000)])), undefined)
    assert.equal(decodeCursor(identity, encodeCursor(identity, ['a\0b'])), undefined)
  })
})

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64url')
}
