import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { waitFor } from '../postgres/wait-for.ts'
import { claim, ClaimFloor, type ClaimedBody, type ClaimOptions } from './claim.ts'
import { bodyIdsOf, makePayload, openTestQueue, type TestQueue } from './test-queue.ts'

const freely: Omit<ClaimOptions, 'floor'> = { maxRawBytes: 1e9, leaseMs: 60_000 }

describe('a claim', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  const appendMany = async (count: number, rawBytes = 10): Promise<bigint[]> => {
    const ids: bigint[] = []
    for (let i = 0; i < count; i++) ids.push((await queue.append(makePayload('p', { rawBytes }))).bodyId)
    return ids
  }
  const attempts = async (bodyId: bigint): Promise<unknown> => (await queue.row(bodyId))['attempts']

  test('takes the oldest bodies, all there are', async () => {
    const ids = await appendMany(5)
    const claimed = await queue.claimSome()
    assert.deepEqual(bodyIdsOf(claimed), ids)
    assert.deepEqual(
      claimed.bodies.map((body) => body.attempts),
      [1, 1, 1, 1, 1],
    )
    assert.equal(await queue.claim(), undefined)
  })

  test('ends with the body that reaches the bytes', async () => {
    const ids = await appendMany(4, 100)
    assert.deepEqual(bodyIdsOf(await queue.claim({ maxRawBytes: 101 })), ids.slice(0, 2))
    assert.deepEqual(bodyIdsOf(await queue.claim({ maxRawBytes: 100 })), ids.slice(2, 3))
  })

  test('takes one body at least, however large', async () => {
    const ids = await appendMany(2, 5000)
    assert.deepEqual(bodyIdsOf(await queue.claim({ maxRawBytes: 1 })), ids.slice(0, 1))
  })

  test('tells where each payload of a body lies', async () => {
    await queue.append(
      makePayload('first', { spanCount: 2, traceHashes: [7, 8] }),
      makePayload('second', { spanCount: 3, traceHashes: [9] }),
    )
    const [body] = (await queue.claimSome()).bodies
    assert.deepEqual(body!.payloads, [5, 2, 2, 11, 5, 3])
    assert.deepEqual(body!.traceHashes, [7, 8, 9])
    assert.equal(body!.nextOrdinal, 0)
  })

  test('never gives a body to two of many claimants', async () => {
    const ids = await appendMany(120)
    const claimants = await Promise.all(Array.from({ length: 6 }, () => queue.connect()))
    const claimed = await Promise.all(
      claimants.map(async (client) => {
        const mine: bigint[] = []
        for (;;) {
          const next = await claim(client, { ...freely, maxRawBytes: 25, floor: new ClaimFloor() })
          if (next === undefined) return mine
          mine.push(...bodyIdsOf(next))
        }
      }),
    )
    const all = claimed.flat()
    assert.equal(new Set(all).size, all.length)
    // What one skipped while another looked at it is left for the next claim.
    for (let left; (left = await queue.claim()) !== undefined;) all.push(...bodyIdsOf(left))
    assert.deepEqual(new Set(all), new Set(ids))
    assert.equal(all.length, ids.length)
  })

  test('counts the attempt by its own commit, so that a claimant that dies is counted', async () => {
    const [id] = await appendMany(1)
    const client = await queue.connect()
    await claim(client, { ...freely, floor: new ClaimFloor() })
    const pid = Number((await queue.row(id!))['lease_pid'])
    const ended = new Promise((resolve) => client.once('end', resolve))
    await queue.pool.query('select pg_terminate_backend($1)', [pid])
    await ended
    assert.equal(await attempts(id!), 1)
  })

  test('can be taken by another once its lease is over, and not before', async () => {
    const [id] = await appendMany(1)
    const first = await queue.claimSome({ leaseMs: 60_000 })
    assert.equal(await queue.claim(), undefined)
    await queue.makeVisible()
    const second = await queue.claimSome()
    assert.deepEqual(bodyIdsOf(second), [id])
    assert.notEqual(second.leaseToken, first.leaseToken)
    assert.equal(second.bodies[0]!.attempts, 2)
  })

  test('ends by the clock of the database', async () => {
    await appendMany(1)
    await queue.claimSome({ leaseMs: 1 })
    await waitFor(async () => (await queue.claim()) !== undefined)
  })

  test('of a body that failed twice is a claim of that body alone', async () => {
    const ids = await appendMany(4)
    await queue.pool.query('update otel.ingestion_queue set attempts = 2 where id = $1', [ids[0]])
    assert.deepEqual(bodyIdsOf(await queue.claim()), [ids[0]])
    assert.deepEqual(bodyIdsOf(await queue.claim()), ids.slice(1))
  })

  test('leaves out a suspect that is not the oldest, for a claim of its own', async () => {
    const ids = await appendMany(4)
    await queue.pool.query('update otel.ingestion_queue set attempts = 5 where id = $1', [ids[2]])
    assert.deepEqual(bodyIdsOf(await queue.claim()), [ids[0], ids[1], ids[3]])
    assert.deepEqual(bodyIdsOf(await queue.claim()), [ids[2]])
  })

  describe('with a floor', () => {
    test('begins where the last claim began', () => {
      const floor = new ClaimFloor()
      assert.deepEqual(floor.read(), { bodyId: 0n, day: '-infinity' })
      floor.raise({ bodyId: 7n, arrivalDay: '2026-11-23' } as ClaimedBody)
      assert.deepEqual(floor.read(), { bodyId: 7n, day: '2026-11-23' })
    })

    test('takes, as the floor falls back, a body with a lower id that was committed late', async () => {
      const floor = new ClaimFloor()
      await queue.pool.query(`select otel.make_partition((now() at time zone 'utc')::date)`)
      const late = await queue.connect()
      await late.query('begin')
      const lateId = await insertBody(late)
      const ids = await appendMany(3)
      assert.ok(lateId < ids[0]!)
      assert.deepEqual(bodyIdsOf(await queue.claim({ floor })), ids)
      await late.query('commit')
      const found: bigint[] = []
      await waitFor(async () => {
        found.push(...bodyIdsOf(await queue.claim({ floor })))
        return found.length > 0
      })
      assert.deepEqual(found, [lateId])
    })
  })
})

/** What an append inserts, in the caller's transaction. */
async function insertBody(client: Awaited<ReturnType<TestQueue['connect']>>): Promise<bigint> {
  const { rows } = await client.query<{ id: string }>(
    `insert into otel.ingestion_queue (id, received_at, visible_at, arrival_day, raw_bytes, stored_bytes, span_count,
                                       payload_count, payloads, trace_hashes)
     select nextval('otel.body_id'), now(), now(), (now() at time zone 'utc')::date, 1, 1, 1, 1, '{1,1,0}', '{}'
     returning id`,
  )
  return BigInt(rows[0]!.id)
}
