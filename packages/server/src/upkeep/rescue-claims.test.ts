import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { waitFor } from '../postgres/wait-for.ts'
import { claim, ClaimFloor } from '../queue/claim.ts'
import { lockClaimed } from '../queue/settle.ts'
import { bodyIdsOf, makePayload, openTestQueue, type TestQueue } from '../queue/test-queue.ts'
import { rescueClaims } from './rescue-claims.ts'

const options = { maxRawBytes: 1e9, leaseMs: 3_600_000 }

describe('rescuing claims', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  /** Claims on a connection of its own, which is then cut off. */
  async function claimAndDie() {
    const client = await queue.pool.connect()
    client.on('error', () => undefined) // the driver tells a broken connection by event, too
    const claimed = await claim(client, { ...options, floor: new ClaimFloor() })
    await queue.pool.query(
      'select pg_terminate_backend(lease_pid) from otel.ingestion_queue where lease_token = $1 limit 1',
      [claimed!.leaseToken],
    )
    client.release(true)
    return claimed!
  }

  test('frees what a dead worker held, so that it can be claimed long before its lease ends', async () => {
    const { bodyId: first } = await queue.append(makePayload('a'))
    const { bodyId: second } = await queue.append(makePayload('b'))
    await claimAndDie()
    assert.equal(await queue.claim(), undefined)
    let freed = 0
    await waitFor(async () => (freed += await rescueClaims(queue.pool)) === 2)
    const again = await queue.claimSome()
    assert.deepEqual(bodyIdsOf(again), [first, second])
    assert.deepEqual(
      again.bodies.map((body) => body.attempts),
      [2, 2],
    )
  })

  test('leaves to living workers what they hold', async () => {
    await queue.append(makePayload('a'))
    const held = await queue.claimSome()
    const { bodyId: orphan } = await queue.append(makePayload('b'))
    await claimAndDie()
    await waitFor(async () => (await rescueClaims(queue.pool)) === 1)
    assert.equal((await queue.row(orphan))['lease_token'], null)
    await lockClaimed(queue.worker, held.leaseToken, held.bodies)
    assert.equal(await rescueClaims(queue.pool), 0)
  })

  test('passes over a body that another transaction has locked', async () => {
    await queue.append(makePayload('a'))
    const claimed = await claimAndDie()
    const late = await queue.connect()
    await late.query('begin')
    await lockClaimed(late, claimed.leaseToken, claimed.bodies)
    assert.equal(await rescueClaims(queue.pool), 0)
    await late.query('rollback')
    await waitFor(async () => (await rescueClaims(queue.pool)) === 1)
  })

  test('the fence holds against one who was thought dead', async () => {
    await queue.append(makePayload('a'))
    const claimed = await claimAndDie()
    await waitFor(async () => (await rescueClaims(queue.pool)) === 1)
    await assert.rejects(lockClaimed(queue.worker, claimed.leaseToken, claimed.bodies), { name: 'LeaseLost' })
  })
})
