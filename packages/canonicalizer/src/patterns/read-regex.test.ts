// That it means to JavaScript what it means to Python is compared in e2e/canonicalizer/matcher.test.ts.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readRegex } from './read-regex.ts'

function matches(pattern: string, word: string): boolean {
  const reading = readRegex(pattern)
  return reading.ok ? new RegExp(reading.source, 'u').test(word) : assert.fail(reading.message)
}

describe('readRegex', () => {
  test('digits and letters are those of all scripts, as in Python', () => {
    assert.ok(matches('^\\d+$', '٣٤'))
    assert.ok(matches('^\\w+$', 'éß日本'))
    assert.ok(matches('\\bé', 'a-é'))
    assert.ok(!matches('\\W', 'é'))
  })

  test('a point is a character, not half of one', () => {
    assert.ok(matches('^.$', '😀'))
  })

  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /empty REGEX/],
    ['(a+)+', /repeated group/],
    ['(a|aa)*', /repeated group/],
    ['(?:a?b){2,}', /repeated group/],
    ['(a?){9}', /what may be empty/],
    ['.*a.*b.*c', /too long|too many/],
    ['a?'.repeat(20), /too many/],
    ['(?=a)b', /of the groups/],
    ['(?<!a)b', /of the groups/],
    ['(?i)a', /of the groups/],
    ['(?P<n>a)', /of the groups/],
    ['(a)\\1', /\\1 is not one/],
    ['\\Aa', /\\A is not one/],
    ['a\\Z', /\\Z is not one/],
    ['\\p{L}', /\\p is not one/],
    ['\\u0041', /\\u is not one/],
    ['a\\B', /\\B is not one/],
    ['a++', /possessive/],
    ['a**', /repetition of a repetition/],
    ['^*', /may be empty/],
    ['*a', /nothing stands before/],
    ['a{,3}', /write \{n\}/],
    ['a{2', /write \{n\}/],
    ['a{3,2}', /smaller one/],
    ['}', /write \\\}/],
    ['(a', /without its \)/],
    ['a)', /without its \(/],
    ['[a', /without its \]/],
    ['[]a]', /empty class/],
    ['[[a]', /in a class write/],
    ['[\\d-z]', /range in a class/],
    ['[a-\\w]', /range in a class/],
    ['[z-a]', /out of order/i],
    ['[a&&b]', /not read alike/],
    ['[\\W]', /in a class is not one/],
    ['a\\', /a \\ at the end/],
    ['a'.repeat(501), /501 characters/],
    ['('.repeat(11) + 'a' + ')'.repeat(11), /groups 11 deep/],
  ]
  for (const [pattern, message] of refused) {
    test(`refuses ${pattern.slice(0, 20)}`, () => {
      const reading = readRegex(pattern)
      assert.match(reading.ok ? `read as ${reading.source}` : reading.message, message)
    })
  }

  test('does not throw, whatever the pattern is', () => {
    const char = fc.constantFrom(...'ab1.*+?(){}[]|^$\\-:=!<>,dwb')
    fc.assert(fc.property(fc.string({ unit: char, maxLength: 20 }), (pattern) => void readRegex(pattern)), { numRuns: 2_000 }) // prettier-ignore
  })
})
