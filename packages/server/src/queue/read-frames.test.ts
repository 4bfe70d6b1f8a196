import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { buildGroup } from './build-group.ts'
import { ByteBudget } from './byte-budget.ts'
import type { WantedSpans } from './find-frames.ts'
import { ReadBusy, readFrames, type Frame, type FrameReadOptions } from './read-frames.ts'
import { UnreadableBody } from './unreadable-body.ts'

const arrivalDay = '2026-11-23'
const kibibyte = 1024

/** The queue does not look into payloads: these are runs of one letter, with as many spans as they are said to have. */
interface Sent {
  readonly letter: string
  readonly bytes: number
  readonly spanCount: number
}

describe('readFrames', () => {
  let database: TestDatabase
  let pool: pg.Pool
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
    await pool.query('select otel.make_partition($1)', [arrivalDay])
  })
  after(() => database.drop())

  async function insertBody(payloads: readonly Sent[], codec = 1): Promise<bigint> {
    const group = buildGroup(
      payloads.map(({ letter, bytes, spanCount }) => ({
        bytes: Buffer.alloc(bytes, letter),
        spanCount,
        traceHashes: [],
      })),
    )
    const raw = Buffer.concat(payloads.map(({ letter, bytes }) => Buffer.alloc(bytes, letter)))
    const rawFrames = group.frames.map((end, at) => (at % 3 === 0 ? group.frames[at + 1]! : end))
    const { rows } = await pool.query<{ id: string }>(
      `insert into otel.body (id, arrival_day, raw_bytes, span_count, body_format, codec, frames, bytes)
       values (nextval('otel.body_id'), $1, $2, $3, 1, $4, $5, $6) returning id`,
      [
        arrivalDay,
        group.rawBytes,
        group.spanCount,
        codec,
        toArrayLiteral(codec === 0 ? rawFrames : group.frames),
        codec === 0 ? raw : group.bytes,
      ],
    )
    return BigInt(rows[0]!.id)
  }

  async function read(wanted: readonly WantedSpans[], options?: FrameReadOptions): Promise<Frame[]> {
    const frames: Frame[] = []
    for await (const frame of readFrames(pool, wanted, options)) frames.push(frame)
    return frames
  }

  const want = (bodyId: bigint, ...spanIndexes: number[]): WantedSpans => ({
    bodyId,
    arrivalDay,
    spanIndexes,
  })
  const show = (frames: readonly Frame[]): unknown =>
    frames.map((frame) => [
      frame.firstSpanIndex,
      frame.bytes.byteLength,
      Buffer.from(frame.bytes.subarray(0, 1)).toString(),
    ])

  // Three frames: of the small ones two share a frame with what made it full.
  const threeFrames: readonly Sent[] = [
    { letter: 'a', bytes: 10, spanCount: 2 },
    { letter: 'b', bytes: 200 * kibibyte, spanCount: 5 },
    { letter: 'c', bytes: 300 * kibibyte, spanCount: 1 },
    { letter: 'd', bytes: 20, spanCount: 3 },
  ]

  for (const [name, codec] of [
    ['compressed', 1],
    ['uncompressed', 0],
  ] as const) {
    test(`hands out the ${name} frames that hold the wanted spans, and no other`, async () => {
      const bodyId = await insertBody(threeFrames, codec)
      const first = [0, 200 * kibibyte + 10, 'a']
      const second = [7, 300 * kibibyte, 'c']
      const third = [8, 20, 'd']
      assert.deepEqual(show(await read([want(bodyId, 0, 6)])), [first])
      assert.deepEqual(show(await read([want(bodyId, 7)])), [second])
      assert.deepEqual(show(await read([want(bodyId, 1, 9, 10)])), [first, third])
      assert.deepEqual(show(await read([want(bodyId, 0, 7, 8)])), [first, second, third])
      assert.deepEqual(await read([want(bodyId)]), [])
    })
  }

  test('gives the same frames in batches of any size, in the order asked for', async () => {
    const sent = (letter: string): Sent[] =>
      Array.from({ length: 6 }, () => ({ letter, bytes: 150 * kibibyte, spanCount: 2 }))
    const bodies = await Promise.all(['x', 'y', 'z'].map((letter) => insertBody(sent(letter))))
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(bodies, { minLength: 1 }),
        fc.uniqueArray(fc.nat(11), { minLength: 1 }),
        fc.integer({ min: 1, max: 2_000_000 }),
        async (bodyIds, spans, batchBytes) => {
          const spanIndexes = spans.toSorted((a, b) => a - b)
          const frames = await read(
            bodyIds.map((bodyId) => want(bodyId, ...spanIndexes)),
            { batchBytes },
          )
          const firsts = [...new Set(spanIndexes.map((index) => index - (index % 2)))]
          assert.deepEqual(
            frames.map((frame) => [frame.bodyId, frame.firstSpanIndex]),
            bodyIds.flatMap((bodyId) => firsts.map((first) => [bodyId, first])),
          )
        },
      ),
      { numRuns: 20 },
    )
  })

  test('reserves what it holds, and gives it back when read to the end or left early', async () => {
    const bodyId = await insertBody(threeFrames)
    const budget = new ByteBudget(4 * 1024 * kibibyte)
    for await (const frame of readFrames(pool, [want(bodyId, 0, 7, 8)], { budget })) {
      assert.ok(budget.reservedBytes >= frame.bytes.byteLength)
      break
    }
    assert.equal(budget.reservedBytes, 0)
    await read([want(bodyId, 0, 7, 8)], { budget, batchBytes: 1 })
    assert.equal(budget.reservedBytes, 0)
  })

  test('says that it is busy when the budget has no room', async () => {
    const bodyId = await insertBody(threeFrames)
    const budget = new ByteBudget(400 * kibibyte)
    assert.ok(budget.tryReserve(300 * kibibyte))
    await assert.rejects(read([want(bodyId, 7)], { budget }), ReadBusy)
    budget.release(300 * kibibyte)
    assert.equal((await read([want(bodyId, 7)], { budget })).length, 1)
  })

  /** Runs a change on a stored body, which nothing in the program does, and reads it. */
  async function readDamaged(change: string): Promise<void> {
    const bodyId = await insertBody(threeFrames)
    await pool.query(`update otel.body set ${change} where id = $1`, [bodyId])
    await assert.rejects(read([want(bodyId, 0, 7, 8)]), (error: unknown) => {
      assert.ok(error instanceof UnreadableBody)
      assert.equal(error.bodyId, bodyId)
      assert.match(error.message, new RegExp(`body ${bodyId} of 2026-11-23`))
      return true
    })
  }

  for (const [name, change] of Object.entries({
    'bytes that are cut off': 'bytes = substring(bytes from 1 for 30)',
    'no bytes': `bytes = ''`,
    'bytes of something else': `bytes = convert_to(repeat('nonsense', 100), 'UTF8')`,
    'a frame that ends early': 'bytes = substring(bytes from 1 for frames[7] - 3)',
    'a frame longer than its raw length': 'frames[2] = frames[2] - 1',
    'a frame shorter than its raw length': 'frames[2] = frames[2] + 1',
    'frames out of order': 'frames[4] = 1',
    'frames that end elsewhere than the body': 'raw_bytes = raw_bytes + 1',
    'fewer spans than were counted': 'frames[9] = 8',
    'a table of frames without an end': 'frames = frames[1:8]',
    'no frames': `frames = '{}'`,
    'an unknown codec': 'codec = 9',
  })) {
    test(`names a body with ${name}`, () => readDamaged(change))
  }

  test('names a body that is gone', async () => {
    const error = await read([want(9_999_999n, 0)]).catch((reason: unknown) => reason)
    assert.ok(error instanceof UnreadableBody)
    assert.match(error.message, /body 9999999 of 2026-11-23 cannot be read: it is gone/)
  })

  test('ends with the reason of its signal', async () => {
    const bodyId = await insertBody(threeFrames)
    const reason = new Error('the client left')
    await assert.rejects(read([want(bodyId, 0)], { signal: AbortSignal.abort(reason) }), reason)
  })
})
