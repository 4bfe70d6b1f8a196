import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteBudget } from './byte-budget.ts'

test('a byte budget grants what it has and not a byte more', () => {
  const budget = new ByteBudget(100)
  assert.equal(budget.tryReserve(60), true)
  assert.equal(budget.tryReserve(41), false)
  assert.equal(budget.reservedBytes, 60)
  assert.equal(budget.tryReserve(40), true)
  budget.release(100)
  assert.equal(budget.reservedBytes, 0)
  assert.equal(budget.tryReserve(101), false)
})

test('a byte budget refuses to get back more than it gave', () => {
  const budget = new ByteBudget(100)
  budget.tryReserve(10)
  assert.throws(() => budget.release(11), RangeError)
  assert.equal(budget.reservedBytes, 10)
})

test('a share of a budget takes from the whole, and leaves the rest to others', () => {
  const whole = new ByteBudget(100)
  const share = new ByteBudget(50, whole)
  assert.equal(share.tryReserve(51), false)
  assert.equal(share.tryReserve(40), true)
  assert.equal(whole.tryReserve(60), true)
  assert.equal(share.tryReserve(1), false)
  share.release(40)
  assert.deepEqual([share.reservedBytes, whole.reservedBytes], [0, 60])
})
