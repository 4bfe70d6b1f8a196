import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weighConfidence, withoutRefused } from './weigh-hints.ts'

const ship = { label: 'ENTITY', id: 'SHIP', start: 0, end: 4, patternIndex: 0 }
const port = { label: 'ENTITY', id: 'PORT', start: 5, end: 9, patternIndex: 1 }

test('a hint refuses what it overlaps: by id, or all', () => {
  const refuse = { label: 'REFUSE', id: 'SHIP', start: 0, end: 9, patternIndex: 2 }
  assert.deepEqual(withoutRefused([ship, port], [refuse]), [port])
  assert.deepEqual(withoutRefused([ship, port], [{ ...refuse, id: '*' }]), [])
  assert.deepEqual(withoutRefused([ship, port], [{ ...refuse, start: 5 }]), [ship, port])
})

test('a hint raises the confidence of what it confirms, never to more than 1 nor from nothing', () => {
  assert.equal(weighConfidence(0.5, [ship, port], []), 0.5)
  assert.equal(weighConfidence(0.5, [ship], [ship]), 0.75)
  assert.equal(weighConfidence(0.5, [ship, port], [ship]), 0.625)
  assert.equal(weighConfidence(1, [ship], [ship]), 1)
  assert.equal(weighConfidence(0, [], [ship]), 0)
})

test('a doubt halves it', () => {
  assert.equal(weighConfidence(1, [ship], [{ ...ship, label: 'DOUBT' }]), 0.5)
})
