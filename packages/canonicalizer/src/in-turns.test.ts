import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atOnce, inTurns } from './in-turns.ts'

function* busy(forMs: number): Generator<void, string, void> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < forMs) yield
  return 'done'
}

test('long work leaves others their turns, and comes to its end', async () => {
  let turns = 0
  const count = (): void => {
    turns += 1
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  assert.equal(await inTurns(busy(100)), 'done')
  clearImmediate(next)
  assert.ok(turns > 1)
})

test('short work has no turns to wait for, and neither has work that is done at once', async () => {
  let turned = false
  const next = setImmediate(() => (turned = true))
  assert.equal(await inTurns(busy(0)), 'done')
  assert.equal(atOnce(busy(20)), 'done')
  assert.ok(!turned)
  clearImmediate(next)
})
