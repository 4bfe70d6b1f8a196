import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleText } from 'node:util'
import { wrapLine } from './wrap-line.ts'

test('a long line is broken at blanks, and stays indented', () => {
  assert.equal(wrapLine('   one two three', 11), '   one two\n   three')
  assert.equal(wrapLine('   one two three', 16), '   one two three')
})

test('without a terminal nothing is broken, and a long word never', () => {
  assert.equal(wrapLine('one two', undefined), 'one two')
  assert.equal(wrapLine('  http://127.0.0.1:5050/ three', 10), '  http://127.0.0.1:5050/\n  three')
})

test('colours have no width', () => {
  const line = `  ${styleText('red', 'one two', { validateStream: false })}`
  assert.equal(wrapLine(line, 9), line)
})
