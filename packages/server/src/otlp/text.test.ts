import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readHex, readText } from './text.ts'

test('bytes of any length read as UTF-8 with U+FFFD for NUL and for what is invalid', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.string().map((text) => Buffer.from(text)),
    ),
  )
  fc.assert(
    fc.property(pieces, fc.nat(5), (parts, before) => {
      const content = Buffer.concat(parts)
      const bytes = Buffer.concat([Buffer.alloc(before, 0xc3), content, Buffer.of(0x80)])
      const expected = new TextDecoder('utf-8', { ignoreBOM: true })
        .decode(content)
        .replaceAll('\0', '\ufffd')
      assert.equal(readText(bytes, before, before + content.length), expected)
      assert.ok(expected.isWellFormed())
    }),
  )
})

test('ids read as lower-case hex', () => {
  assert.equal(readHex(Uint8Array.of(0, 0x0a, 0xff, 1), 0, 3), '000aff')
})
