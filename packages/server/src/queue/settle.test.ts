import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { inTransaction } from '../persist/in-transaction.ts'
import { release, retryLater } from './retry.ts'
import { advance, lockClaimed, settle } from './settle.ts'
import {
  assertBooksBalance,
  makePayload,
  openTestQueue,
  settledCounts,
  type TestQueue,
} from './test-queue.ts'

const decoderVersion = 7

describe('settling', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  test('ends a body and books its payloads and spans at once', async () => {
    const { bodyId } = await queue.append(
      makePayload('a', { spanCount: 3 }),
      makePayload('b', { spanCount: 4 }),
    )
    const { leaseToken, bodies } = await queue.claimSome()
    await inTransaction(queue.worker, async (transaction) => {
      await lockClaimed(transaction, leaseToken, bodies)
      await settle(
        transaction,
        bodies,
        settledCounts({
          storedPayloads: 1,
          duplicatePayloads: 1,
          storedSpans: 2,
          duplicateSpans: 4,
          replacedSpans: 1,
        }),
        decoderVersion,
      )
      // Nobody sees half of it.
      const { spans } = await assertBooksBalance(queue.pool)
      assert.equal(spans.pending, 7n)
      await assertBooksBalance(transaction)
    })
    const row = await queue.row(bodyId)
    assert.deepEqual(
      [row['state'], row['lease_token'], row['lease_pid'], row['decoder_version'], row['settled_spans']],
      [1, null, null, decoderVersion, 7],
    )
    assert.ok(row['settled_at'] instanceof Date)
    const { payloads, spans } = await assertBooksBalance(queue.pool)
    assert.deepEqual(
      [payloads.stored, payloads.duplicate, spans.stored, spans.duplicate, spans.replaced, spans.pending],
      [1n, 1n, 2n, 4n, 1n, 0n],
    )
    await queue.makeVisible()
    assert.equal(await queue.claim(), undefined)
  })

  test('of one payload steps past it; with the last the body is settled', async () => {
    const { bodyId } = await queue.append(
      makePayload('a', { spanCount: 3 }),
      makePayload('b', { spanCount: 4 }),
    )
    const { leaseToken, bodies } = await queue.claimSome()
    const [body] = bodies
    const settleNext = (spans: number): Promise<void> =>
      inTransaction(queue.worker, async (transaction) => {
        await lockClaimed(transaction, leaseToken, bodies)
        await advance(
          transaction,
          body!,
          spans,
          settledCounts({ storedPayloads: 1, storedSpans: spans }),
          decoderVersion,
        )
      })
    await settleNext(3)
    const between = await queue.row(bodyId)
    assert.deepEqual(
      [between['state'], between['next_ordinal'], between['settled_spans'], between['attempts']],
      [0, 1, 3, 2],
    )
    assert.equal(between['lease_token'], String(leaseToken))
    const { payloads, spans } = await assertBooksBalance(queue.pool)
    assert.deepEqual([payloads.stored, payloads.pending, spans.stored, spans.pending], [1n, 1n, 3n, 4n])
    await settleNext(4)
    const done = await queue.row(bodyId)
    assert.deepEqual([done['state'], done['next_ordinal'], done['lease_token']], [1, 2, null])
    assert.ok(done['settled_at'] instanceof Date)
    await assertBooksBalance(queue.pool)
  })

  test('of the payload that failed before forgets why it failed', async () => {
    const { bodyId } = await queue.append(makePayload('a'), makePayload('b'))
    const first = await queue.claimSome()
    await retryLater(queue.worker, first.leaseToken, first.bodies[0]!, { code: 'x', message: 'failed' })
    await queue.makeVisible()
    const { leaseToken, bodies } = await queue.claimSome()
    await inTransaction(queue.worker, async (transaction) => {
      await lockClaimed(transaction, leaseToken, bodies)
      await advance(
        transaction,
        bodies[0]!,
        1,
        settledCounts({ storedPayloads: 1, storedSpans: 1 }),
        decoderVersion,
      )
    })
    const row = await queue.row(bodyId)
    assert.deepEqual([row['error_code'], row['error_message']], [null, null])
  })
})

describe('the fence', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  test('stops a claimant whose lease ran out and whose body another has', async () => {
    await queue.append(makePayload('a'))
    const first = await queue.claimSome()
    await queue.makeVisible()
    const second = await queue.claimSome()
    await assert.rejects(lockClaimed(queue.worker, first.leaseToken, first.bodies), { name: 'LeaseLost' })
    await lockClaimed(queue.worker, second.leaseToken, second.bodies)
  })

  test('stops a claimant of several bodies when one of them is lost', async () => {
    await queue.append(makePayload('a'))
    await queue.append(makePayload('b'))
    const { leaseToken, bodies } = await queue.claimSome()
    await release(queue.worker, leaseToken, [bodies[1]!], 0)
    await assert.rejects(lockClaimed(queue.worker, leaseToken, bodies), { name: 'LeaseLost' })
    await lockClaimed(queue.worker, leaseToken, [bodies[0]!])
  })

  test('stops a claimant whose body is settled already', async () => {
    await queue.append(makePayload('a'))
    const { leaseToken, bodies } = await queue.claimSome()
    await inTransaction(queue.worker, async (transaction) => {
      await settle(transaction, bodies, settledCounts({ storedPayloads: 1, storedSpans: 1 }), decoderVersion)
    })
    await assert.rejects(lockClaimed(queue.worker, leaseToken, bodies), { name: 'LeaseLost' })
  })

  test('lets a late claimant through while nobody else has claimed', async () => {
    await queue.append(makePayload('a'))
    const { leaseToken, bodies } = await queue.claimSome()
    await queue.makeVisible()
    await lockClaimed(queue.worker, leaseToken, bodies)
  })

  test('keeps the body from being claimed until the transaction that locked it ends', async () => {
    await queue.append(makePayload('a'))
    const { leaseToken, bodies } = await queue.claimSome()
    await queue.makeVisible()
    const late = await queue.connect()
    await inTransaction(late, async (transaction) => {
      await lockClaimed(transaction, leaseToken, bodies)
      assert.equal(await queue.claim(), undefined)
    })
    await queue.claimSome()
  })
})
