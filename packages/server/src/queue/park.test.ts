import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { inTransaction } from '../persist/in-transaction.ts'
import type { Claim } from './claim.ts'
import { locatePayload, park } from './park.ts'
import { lockClaimed } from './settle.ts'
import { assertBooksBalance, makePayload, openTestQueue, type TestQueue } from './test-queue.ts'

interface DeadLetter {
  ordinal: number
  raw_bytes: number
  span_count: number
  attempts: number
  trace_hashes: number[]
  error_code: string
  error_message: string
  bytes: Buffer
  received_at: Date
}

describe('parking', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  const names = ['first', 'second payload', 'third']
  const raw = Buffer.from(names.join(''))
  const appendThree = () =>
    queue.append(...names.map((name, i) => makePayload(name, { spanCount: i + 1, traceHashes: [i, i + 10] })))

  async function parkNext(claimed: Claim, ordinal: number): Promise<void> {
    const [body] = claimed.bodies
    const at = locatePayload(body!, ordinal)
    await inTransaction(queue.worker, async (transaction) => {
      await lockClaimed(transaction, claimed.leaseToken, claimed.bodies)
      await park(transaction, body!, ordinal, raw.subarray(at.rawFrom, at.rawTo), {
        code: 'test_failure',
        message: `NUL \0 and ${'x'.repeat(5000)}`,
      })
    })
  }

  test('copies the bytes, spans and hashes of that payload and of no other', async () => {
    const { bodyId } = await appendThree()
    const claimed = await queue.claimSome()
    for (const ordinal of names.keys()) await parkNext(claimed, ordinal)
    const { rows } = await queue.pool.query<DeadLetter>(
      'select * from otel.dead_letter where body_id = $1 order by ordinal',
      [bodyId],
    )
    assert.deepEqual(
      rows.map((row) => [
        row.ordinal,
        zstdDecompressSync(row.bytes).toString(),
        row.raw_bytes,
        row.span_count,
      ]),
      names.map((name, i) => [i, name, name.length, i + 1]),
    )
    assert.deepEqual(
      rows.map((row) => row.trace_hashes),
      [
        [0, 10],
        [1, 11],
        [2, 12],
      ],
    )
    assert.equal(rows[0]!.error_code, 'test_failure')
    assert.equal(rows[0]!.error_message.length, 2000)
    assert.ok(!rows[0]!.error_message.includes('\0'))
    assert.deepEqual(rows[0]!.received_at, claimed.bodies[0]!.receivedAt)
  })

  test('steps past the payload and keeps the claim; with the last the body is settled', async () => {
    const { bodyId } = await appendThree()
    const claimed = await queue.claimSome()
    await parkNext(claimed, 0)
    const row = await queue.row(bodyId)
    assert.deepEqual([row['next_ordinal'], row['settled_spans'], row['state'], row['attempts']], [1, 1, 0, 2])
    assert.equal(row['lease_token'], String(claimed.leaseToken))
    await parkNext(claimed, 1)
    await parkNext(claimed, 2)
    const done = await queue.row(bodyId)
    assert.deepEqual([done['next_ordinal'], done['settled_spans'], done['state']], [3, 6, 1])
    assert.equal(done['lease_token'], null)
  })

  test('moves a payload from pending to dead in the books, never in both or neither', async () => {
    await appendThree()
    const claimed = await queue.claimSome()
    await parkNext(claimed, 0)
    const { payloads, spans } = await assertBooksBalance(queue.pool)
    assert.deepEqual([payloads.pending, payloads.dead, spans.pending, spans.dead], [2n, 1n, 5n, 1n])
  })

  test('the same payload twice is refused', async () => {
    await appendThree()
    const claimed = await queue.claimSome()
    await parkNext(claimed, 0)
    await assert.rejects(parkNext(claimed, 0), { code: '23505' })
    await assertBooksBalance(queue.pool)
  })
})
