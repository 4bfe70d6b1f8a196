import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { inTransaction } from '../persist/in-transaction.ts'
import { describeBodies, findPendingAndDead } from './journey.ts'
import { park } from './park.ts'
import { retryLater } from './retry.ts'
import { advance, settle } from './settle.ts'
import { makePayload, openTestQueue, settledCounts, testFailure, type TestQueue } from './test-queue.ts'

describe('the journey of a trace through the queue', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  const hash = -12_345
  const mine = (spanCount: number) => makePayload('mine', { spanCount, traceHashes: [1, hash] })
  const other = makePayload('other', { spanCount: 9, traceHashes: [1, 2] })
  const counts = settledCounts({ storedPayloads: 1, storedSpans: 1 })

  test('is nothing for a trace that nobody sent', async () => {
    await queue.append(other)
    assert.deepEqual(await findPendingAndDead(queue.pool, hash), [])
  })

  test('names each pending payload that mentions it, and no neighbour', async () => {
    const { bodyId } = await queue.append(other, mine(2), other, mine(3))
    const found = await findPendingAndDead(queue.pool, hash)
    assert.deepEqual(
      found.map(({ state, bodyId, ordinal, spanCount, attempts }) => [
        state,
        bodyId,
        ordinal,
        spanCount,
        attempts,
      ]),
      [
        ['pending', bodyId, 1, 2, 0],
        ['pending', bodyId, 3, 3, 0],
      ],
    )
    assert.equal(found[0]!.nextAttemptAt, undefined)
  })

  test('tells of a failed attempt why, and when the next one is', async () => {
    await queue.append(mine(1))
    const { leaseToken, bodies } = await queue.claimSome()
    await retryLater(queue.worker, leaseToken, bodies[0]!, testFailure)
    const [payload] = await findPendingAndDead(queue.pool, hash)
    assert.deepEqual(
      [payload?.state, payload?.errorCode, payload?.errorMessage, payload?.attempts],
      ['retrying', 'test_failure', 'it failed', 1],
    )
    assert.ok(payload!.nextAttemptAt! > payload!.receivedAt)
  })

  test('of a body in pieces leaves out the payloads that are through', async () => {
    const { bodyId } = await queue.append(mine(1), mine(2), mine(3))
    const { bodies } = await queue.claimSome()
    await inTransaction(queue.worker, async (transaction) => {
      await advance(transaction, bodies[0]!, 1, counts, 1)
      await park(transaction, bodies[0]!, 1, Buffer.from('mine'), testFailure)
    })
    const found = await findPendingAndDead(queue.pool, hash)
    assert.deepEqual(
      found.map(({ state, bodyId, ordinal, spanCount }) => [state, bodyId, ordinal, spanCount]),
      [
        ['pending', bodyId, 2, 3],
        ['dead', bodyId, 1, 2],
      ],
    )
    const dead = found[1]!
    assert.deepEqual([dead.errorCode, dead.errorMessage], ['test_failure', 'it failed'])
    assert.ok(dead.parkedAt! >= dead.receivedAt)
  })

  test('of persisted spans tells when their bodies came and were settled', async () => {
    const { bodyId, arrivalDay } = await queue.append(mine(4))
    const { bodies } = await queue.claimSome()
    await settle(queue.worker, bodies, counts, 1)
    assert.deepEqual(await findPendingAndDead(queue.pool, hash), [])
    const [journey] = await describeBodies(queue.pool, [{ bodyId, arrivalDay }])
    assert.deepEqual([journey?.state, journey?.spanCount, journey?.attempts], ['persisted', 4, 1])
    assert.ok(journey!.settledAt! >= journey!.receivedAt)
    assert.deepEqual(await describeBodies(queue.pool, [{ bodyId: 999_999n, arrivalDay }]), [])
  })
})
