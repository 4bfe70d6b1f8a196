import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { readDepth } from './depth.ts'
import { listQueue, queueStates, showQueueItem, type QueueState } from './list-queue.ts'
import { retryLater } from './retry.ts'
import { settle } from './settle.ts'
import { makePayload, openTestQueue, settledCounts, testFailure, type TestQueue } from './test-queue.ts'

describe('the queue, as people look at it', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  const counts = settledCounts({ storedPayloads: 1, storedSpans: 1 })

  const ids = async (state?: QueueState): Promise<bigint[]> =>
    (await listQueue(queue.pool, { state, limit: 100 })).map((item) => item.id)

  /** A body in each state, and one whose lease ran out after a failure. */
  async function appendOneInEachState() {
    const { bodyId: settled } = await queue.append(makePayload('settled'))
    const first = await queue.claimSome()
    await settle(queue.worker, first.bodies, counts, 1)
    const { bodyId: retrying } = await queue.append(makePayload('retrying'))
    const second = await queue.claimSome()
    await retryLater(queue.worker, second.leaseToken, second.bodies[0]!, testFailure)
    const { bodyId: lapsed } = await queue.append(makePayload('lapsed'))
    const third = await queue.claimSome()
    await retryLater(queue.worker, third.leaseToken, third.bodies[0]!, testFailure)
    await queue.pool.query('update otel.ingestion_queue set visible_at = now() where id = $1', [lapsed])
    await queue.claimSome()
    const { bodyId: claimed } = await queue.append(makePayload('claimed'))
    await queue.claimSome()
    await queue.pool.query('update otel.ingestion_queue set visible_at = clock_timestamp() where id = $1', [
      lapsed,
    ])
    const { bodyId: pending } = await queue.append(makePayload('pending', { spanCount: 5 }))
    return { settled, retrying, lapsed, claimed, pending }
  }

  test('has every body in one state, and each list has those of its state', async () => {
    const { settled, retrying, lapsed, claimed, pending } = await appendOneInEachState()
    assert.deepEqual(await ids('settled'), [settled])
    assert.deepEqual(await ids('retrying'), [lapsed, retrying])
    assert.deepEqual(await ids('claimed'), [claimed])
    assert.deepEqual(await ids('pending'), [pending])
    assert.deepEqual(await ids(), [pending, claimed, lapsed, retrying])
    for (const state of queueStates) {
      for (const item of await listQueue(queue.pool, { state, limit: 100 })) {
        assert.equal(item.state, state)
        assert.deepEqual(await showQueueItem(queue.pool, item.id), item)
      }
    }
  })

  test('tells of a body what it holds and why it failed', async () => {
    const { retrying, settled, pending } = await appendOneInEachState()
    const failed = await showQueueItem(queue.pool, retrying)
    assert.deepEqual(
      [failed?.errorCode, failed?.errorMessage, failed?.attempts],
      ['test_failure', 'it failed', 1],
    )
    assert.ok(failed!.visibleAt > failed!.receivedAt)
    assert.ok((await showQueueItem(queue.pool, settled))!.settledAt instanceof Date)
    const waiting = await showQueueItem(queue.pool, pending)
    assert.deepEqual(
      [waiting?.payloadCount, waiting?.spanCount, waiting?.rawBytes, waiting?.settledAt, waiting?.errorCode],
      [1, 5, 'pending'.length, undefined, undefined],
    )
    assert.equal(await showQueueItem(queue.pool, 999_999n), undefined)
  })

  test('is read page by page, newest first', async () => {
    const appended: bigint[] = []
    for (let i = 0; i < 7; i++) appended.push((await queue.append(makePayload('p'))).bodyId)
    const read: bigint[] = []
    for (let after: bigint | undefined; ; after = read.at(-1)) {
      const page = await listQueue(queue.pool, { limit: 3, after })
      read.push(...page.map((item) => item.id))
      if (page.length < 3) break
    }
    assert.deepEqual(read, appended.reverse())
  })

  test('has a depth: what waits, what is claimed, what failed, how old the oldest is', async () => {
    const none = await readDepth(queue.pool)
    assert.deepEqual(
      [none.pendingBodies, none.pendingPayloads, none.pendingBytes, none.oldestPendingAgeMs],
      [0, 0, 0, undefined],
    )
    const { retrying } = await appendOneInEachState()
    await queue.pool.query(
      `update otel.ingestion_queue set received_at = received_at - interval '1 hour' where id = $1`,
      [retrying],
    )
    const depth = await readDepth(queue.pool)
    const bytes = ['retrying', 'lapsed', 'claimed', 'pending'].reduce((sum, name) => sum + name.length, 0)
    assert.deepEqual(
      [
        depth.pendingBodies,
        depth.pendingPayloads,
        depth.pendingBytes,
        depth.claimedBodies,
        depth.retryingBodies,
      ],
      [4, 4, bytes, 1, 2],
    )
    assert.ok(depth.oldestPendingAgeMs! >= 3_600_000)
    assert.equal(depth.deadPayloads, 0)
  })
})
