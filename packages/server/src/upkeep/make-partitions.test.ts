import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { makePayload, openTestQueue, type TestQueue } from '../queue/test-queue.ts'
import { makePartitions } from './make-partitions.ts'

const tables = ['body', 'ingestion_queue', 'span_row']

describe('making partitions', () => {
  let queue: TestQueue
  beforeEach(async () => {
    queue = await openTestQueue()
  })
  afterEach(() => queue.close())

  async function partitions(): Promise<string[]> {
    const { rows } = await queue.pool.query<{ child: string }>(
      `select inhrelid::regclass::text as child from pg_inherits where inhparent = any($1::regclass[]) order by 1`,
      [tables.map((table) => `otel.${table}`)],
    )
    return rows.map((row) => row.child)
  }

  test('makes those of today and three days ahead, of every table by day', async () => {
    await makePartitions(queue.pool)
    const { rows } = await queue.pool.query<{ suffix: string }>(
      `select to_char((now() at time zone 'utc')::date + day, 'YYYYMMDD') as suffix from generate_series(0, 3) day`,
    )
    const wanted = tables.flatMap((table) => rows.map(({ suffix }) => `otel.${table}_${suffix}`))
    assert.deepEqual(await partitions(), wanted.sort())
  })

  test('may be done again, and by several at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => makePartitions(queue.pool)))
    const made = await partitions()
    await makePartitions(queue.pool)
    assert.deepEqual(await partitions(), made)
    assert.equal(made.length, 4 * tables.length)
  })

  test('holds up no append behind a long reader', async () => {
    await queue.append(makePayload('before'))
    const reader = await queue.connect()
    await reader.query('begin')
    for (const table of tables) await reader.query(`select * from otel.${table}`)
    await makePartitions(queue.pool)
    const { bodyId } = await queue.append(makePayload('while the reader reads'))
    assert.equal((await queue.row(bodyId))['state'], 0)
    await reader.query('commit')
  })

  test('holds up no append when it must wait itself: it gives up', async () => {
    await queue.append(makePayload('before'))
    const holder = await queue.connect()
    await holder.query('begin')
    // As a vacuum of the parent or another's attach would hold it.
    await holder.query('lock table otel.body in share update exclusive mode')
    const making = makePartitions(queue.pool)
    await queue.append(makePayload('meanwhile'))
    await assert.rejects(making, (error: AggregateError) =>
      error.errors.every(({ code }) => code === '55P03'),
    )
    await holder.query('commit')
    await makePartitions(queue.pool)
    assert.equal((await partitions()).length, 4 * tables.length)
  })
})
