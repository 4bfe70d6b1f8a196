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
