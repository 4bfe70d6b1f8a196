import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { columnsOf, fit, neutralise } from './terminal-text.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))

describe('text for a terminal', () => {
  test('escape sequences, line breaks and direction changes are shown and do nothing', () => {
    assert.equal(neutralise('\u001b[31mred\u001b[0m'), '␛[31mred␛[0m')
    assert.equal(neutralise('a\r\nb\tc\u007f'), 'a␍␊b␉c␡')
    assert.equal(neutralise('\u009b31m'), '\uFFFD31m')
    assert.equal(neutralise('user\u202etxt.exe'), 'user\uFFFDtxt.exe')
    assert.equal(neutralise('\u2028\ufeff\u{e0041}'), '\uFFFD\uFFFD\uFFFD')
    assert.equal(neutralise('日本語 👩‍💻 naïve'), '日本語 👩‍💻 naïve')
  })

  test('no text drives the terminal', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(
          neutralise(text),
          /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/,
        )
      }),
    )
  })

  test('wide characters take two columns, marks none', () => {
    assert.equal(columnsOf('abc'), 3)
    assert.equal(columnsOf('日本'), 4)
    assert.equal(columnsOf('👩‍💻'), 2)
    assert.equal(columnsOf('e\u0301'), 1)
    assert.equal(columnsOf('│└…█'), 4)
  })

  test('what is fitted takes exactly the columns it was given', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        assert.equal(columnsOf(fit(neutralise(text), columns)), columns)
      }),
    )
    assert.equal(fit('abcdef', 4), 'abc…')
    assert.equal(fit('ab', 4, 'right'), '  ab')
    assert.equal(fit('日本語', 4), '日… ')
    assert.equal(fit('x'.repeat(10 * 1024 * 1024), 3), 'xx…')
  })
})
