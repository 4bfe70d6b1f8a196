import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Gate, type Pass } from './gate.ts'
import { retryLater, type Outcome } from './outcome.ts'
import { atEnd } from './test-stage.ts'

const delivered: Outcome = { kind: 'delivered', rejectedSpans: 0, message: '' }
const refused: Outcome = { kind: 'refused', reason: 'no' }
const away = retryLater('away')

function openGate(t: TestContext, firstMs = 0): Gate {
  const gate = new Gate({ firstMs, maxMs: firstMs }, () => 1)
  const alive = setInterval(() => {}, 1_000) // the gate's own timer keeps nobody
  atEnd(t, () => {
    clearInterval(alive)
    gate.close()
  })
  return gate
}

function pass(gate: Gate): Pass {
  const entered = gate.tryEnter()
  assert.ok(entered !== undefined)
  return entered
}

/** Until the gate calls for what waits. */
function room(gate: Gate): Promise<void> {
  return new Promise((done) => {
    gate.onRoom = done
  })
}

test('several requests at a time while all is well, and one alone after a failure until one succeeds', async (t) => {
  const gate = openGate(t)
  const passes = [pass(gate), pass(gate), pass(gate), pass(gate)]
  assert.equal(gate.tryEnter(), undefined)
  gate.leave(passes[0] as Pass, away)
  for (const other of passes.slice(1)) gate.leave(other, away)
  assert.equal(gate.isTroubled, true)
  assert.equal(gate.isDown, false, 'four that fail together are one failure')
  await room(gate)
  const probe = pass(gate)
  assert.equal(gate.tryEnter(), undefined)
  gate.leave(probe, delivered)
  assert.equal(gate.isTroubled, false)
  pass(gate)
  pass(gate)
})

test('the target is down when it fails again, and not any more when it answers, be it with a refusal', async (t) => {
  const gate = openGate(t)
  for (let failure = 0; failure < 2; failure++) {
    const opened = room(gate)
    gate.leave(pass(gate), away)
    await opened
  }
  assert.equal(gate.isDown, true)
  gate.leave(pass(gate), refused)
  assert.equal(gate.isDown, false)
})

test('nobody gets in before the time that the server asked for, not even after a success of an older request', (t) => {
  const gate = openGate(t)
  const older = pass(gate)
  gate.leave(pass(gate), retryLater('busy', 600_000))
  assert.equal(gate.tryEnter(), undefined)
  gate.leave(older, delivered)
  assert.equal(gate.tryEnter(), undefined)
  assert.equal(gate.isTroubled, true)
})

test('those who wait leave one place to what is new, and are let in as others leave', async (t) => {
  const gate = openGate(t)
  const entered: (Pass | undefined)[] = []
  for (let waiter = 0; waiter < 4; waiter++) void gate.enter().then((one) => entered.push(one))
  await Promise.resolve()
  assert.equal(entered.length, 3)
  const fresh = pass(gate)
  gate.leave(fresh, delivered)
  await Promise.resolve()
  assert.equal(entered.length, 3)
  gate.withdraw()
  await Promise.resolve()
  assert.equal(entered.length, 4)
})

test('a closed gate sends everybody away', async (t) => {
  const gate = openGate(t, 600_000)
  gate.leave(pass(gate), away)
  const waiting = gate.enter()
  gate.close()
  assert.equal(await waiting, undefined)
  assert.equal(await gate.enter(), undefined)
  assert.equal(gate.tryEnter(), undefined)
})
