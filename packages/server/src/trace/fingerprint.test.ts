import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxFingerprintBytes, toKeptFingerprint } from './fingerprint.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', minLength: 60, maxLength: 400 }),
  fc.nat(700).map((length) => 'x'.repeat(length)),
)

describe('a fingerprint as it is kept', () => {
  test('is itself up to 256 bytes', () => {
    for (const text of ['', 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM', 'x'.repeat(256), 'ü'.repeat(128)]) {
      assert.equal(toKeptFingerprint(text), text)
    }
  })

  test('is beyond that its beginning in whole characters and the hash of the whole', () => {
    const long = `${'ü'.repeat(95)}ß${'x'.repeat(1_000_000)}`
    const hash = createHash('sha256').update(long).digest('hex')
    assert.equal(toKeptFingerprint(long), `${'ü'.repeat(95)}~${hash}`)
    assert.notEqual(toKeptFingerprint(long), toKeptFingerprint(`${long}x`))
  })

  test('holds no NUL', () => {
    assert.equal(toKeptFingerprint('a\0b'), 'a\ufffdb')
    assert.doesNotMatch(toKeptFingerprint('\0'.repeat(1000)), /\0/)
  })

  test('stays itself when it is kept again, is bounded, and is valid Unicode', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const kept = toKeptFingerprint(text.toWellFormed())
        assert.equal(toKeptFingerprint(kept), kept)
        assert.ok(Buffer.byteLength(kept) <= maxFingerprintBytes)
        assert.ok(kept.isWellFormed())
      }),
    )
  })
})
