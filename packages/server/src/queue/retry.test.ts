import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { inTransaction } from '../persist/in-transaction.ts'
import { backoffMs, boundMessage, release, retryLater } from './retry.ts'
import { advance, lockClaimed } from './settle.ts'
import { makePayload, openTestQueue, settledCounts, testFailure, type TestQueue } from './test-queue.ts'

describe('the backoff', () => {
  test('doubles from a second to five minutes, of which a random half is taken off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 32_767 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const full = Math.min(300_000, 1000 * 2 ** Math.max(0, attempts - 1))
          const rest = backoffMs(attempts, () => random)
          assert.ok(Number.isInteger(rest) && rest >= full / 2 && rest <= full, `${rest} of ${full}`)
        },
      ),
    )
  })

  test('never shrinks from one attempt to the next', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (n, random) => {
          assert.ok(backoffMs(n + 1, () => random) >= backoffMs(n, () => random))
        },
      ),
    )
  })

  test('is spread: bodies that failed together do not come back together', () => {
    const rests = new Set(Array.from({ length: 50 }, () => backoffMs(8)))
    assert.ok(rests.size > 10)
  })
})

test('an error message is stored bounded and without NUL', () => {
  assert.equal(boundMessage('a\0b'), 'a\ufffdb')
  assert.equal(boundMessage('x'.repeat(5000)).length, 2000)
})

describe('a body that is given back', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())

  test('after a failure keeps its attempt and its reason, and rests', async () => {
    const { bodyId } = await queue.append(makePayload('retry'))
    const { leaseToken, bodies } = await queue.claimSome()
    await retryLater(queue.worker, leaseToken, bodies[0]!, testFailure)
    const row = await queue.row(bodyId)
    assert.deepEqual(
      [row['attempts'], row['lease_token'], row['lease_pid'], row['error_code'], row['error_message']],
      [1, null, null, 'test_failure', 'it failed'],
    )
    const rested = await queue.pool.query<{ rests: boolean }>(
      `select visible_at > clock_timestamp() + interval '100 ms' as rests from otel.ingestion_queue where id = $1`,
      [bodyId],
    )
    assert.equal(rested.rows[0]!.rests, true)
    assert.equal(await queue.claim(), undefined)
    await queue.makeVisible()
    const again = await queue.claimSome()
    assert.equal(again.bodies[0]!.attempts, 2)
    await release(queue.worker, again.leaseToken, again.bodies, 3_600_000)
  })

  test('without a fault of its own gets its attempt back, and keeps an earlier reason', async () => {
    const { bodyId } = await queue.append(makePayload('release'))
    const first = await queue.claimSome()
    await retryLater(queue.worker, first.leaseToken, first.bodies[0]!, testFailure)
    await queue.pool.query('update otel.ingestion_queue set visible_at = now() where id = $1', [bodyId])
    const second = await queue.claimSome()
    await release(queue.worker, second.leaseToken, second.bodies, 0)
    const row = await queue.row(bodyId)
    assert.deepEqual([row['attempts'], row['lease_token'], row['error_code']], [1, null, 'test_failure'])
    const third = await queue.claimSome()
    assert.equal(third.bodies[0]!.attempts, 2)
    await release(queue.worker, third.leaseToken, third.bodies, 3_600_000)
  })

  test('by one who lost the lease stays with the other', async () => {
    const { bodyId } = await queue.append(makePayload('lost'))
    const first = await queue.claimSome()
    await queue.pool.query('update otel.ingestion_queue set visible_at = now() where id = $1', [bodyId])
    const second = await queue.claimSome()
    await retryLater(queue.worker, first.leaseToken, first.bodies[0]!, testFailure)
    await release(queue.worker, first.leaseToken, first.bodies, 0)
    const row = await queue.row(bodyId)
    assert.deepEqual(
      [row['lease_token'], row['attempts'], row['error_code']],
      [String(second.leaseToken), 2, null],
    )
    await release(queue.worker, second.leaseToken, second.bodies, 3_600_000)
  })

  test('when some of its payloads are settled stays suspect, so that it is claimed alone', async () => {
    const { bodyId } = await queue.append(makePayload('one'), makePayload('two'))
    await queue.pool.query('update otel.ingestion_queue set attempts = 2 where id = $1', [bodyId])
    const { leaseToken, bodies } = await queue.claimSome()
    await inTransaction(queue.worker, async (transaction) => {
      await lockClaimed(transaction, leaseToken, bodies)
      await advance(transaction, bodies[0]!, 1, settledCounts({ storedPayloads: 1, storedSpans: 1 }), 1)
    })
    await release(queue.worker, leaseToken, bodies, 0)
    const { bodyId: neighbour } = await queue.append(makePayload('neighbour'))
    const again = await queue.claimSome()
    assert.deepEqual(
      again.bodies.map((body) => [body.bodyId, body.attempts, body.nextOrdinal]),
      [[bodyId, 3, 1]],
    )
    const next = await queue.claimSome()
    assert.equal(next.bodies[0]!.bodyId, neighbour)
  })
})
