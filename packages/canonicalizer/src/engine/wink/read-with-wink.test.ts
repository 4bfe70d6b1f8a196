import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWinkReader } from './read-with-wink.ts'

test('wink can be made anew as often as a long life needs', () => {
  for (let times = 0; times < 24; times++)
    assert.deepEqual(openWinkReader()(['10k', "don't"]), ['10k', "don't"])
})
