import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { readLedger } from '../queue/ledger.ts'
import { foldLedger } from './fold-ledger.ts'

describe('folding the ledger', () => {
  let database: TestDatabase
  let pool: pg.Pool
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
  })
  after(() => database.drop())

  async function fill(daysAgo: number, writers: number): Promise<void> {
    await pool.query(
      `insert into otel.ledger_counter
       select (now() at time zone 'utc')::date - $1::int, writer, otel.ledger_slot(),
              1 * writer, 2 * writer, 3 * writer, 4 * writer, 5 * writer, 6 * writer, 7 * writer, 8 * writer,
              9 * writer, 10 * writer, 11 * writer
       from generate_series(1, $2) writer`,
      [daysAgo, writers],
    )
  }
  const rowsByDay = async (): Promise<number[][]> => {
    const { rows } = await pool.query<{ ago: number; rows: number; least: number }>(
      `select (now() at time zone 'utc')::date - day as ago, count(*)::int as rows, min(writer) as least
       from otel.ledger_counter group by day order by 1`,
    )
    return rows.map(({ ago, rows, least }) => [ago, rows, least])
  }

  test('leaves a row a past day and every sum as it was, also when it comes again', async () => {
    for (const daysAgo of [0, 1, 2, 3, 40]) await fill(daysAgo, 5)
    const before = await readLedger(pool)
    await foldLedger(pool)
    assert.deepEqual(await readLedger(pool), before)
    assert.deepEqual(await rowsByDay(), [
      [0, 5, 1],
      [1, 1, 0],
      [2, 1, 0],
      [3, 1, 0],
      [40, 1, 0],
    ])
    // A writer that came late to a day that was folded.
    await fill(3, 2)
    const late = await readLedger(pool)
    await Promise.all([foldLedger(pool), foldLedger(pool)])
    assert.deepEqual(await readLedger(pool), late)
    assert.deepEqual((await rowsByDay())[3], [3, 1, 0])
  })
})
