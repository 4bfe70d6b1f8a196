import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { queryCancellable } from './cancel.ts'
import { openPool } from './pool.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { waitFor } from './wait-for.ts'

describe('queryCancellable', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  async function countRunning(marker: string): Promise<number> {
    const { rows } = await database.pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where state = 'active' and query like $1 and pid <> pg_backend_pid()`,
      [`%${marker}%`],
    )
    return rows[0]?.n ?? 0
  }

  test('answers like the pool while nobody aborts', async () => {
    const result = await queryCancellable(
      database.pool,
      { text: 'select $1::int as n', values: [7] },
      new AbortController().signal,
    )
    assert.deepEqual(result.rows, [{ n: 7 }])
  })

  test('an abort ends the query on the server and rejects with the reason', async () => {
    const controller = new AbortController()
    const slow = queryCancellable(
      database.pool,
      { text: 'select pg_sleep(600) /* aborted */' },
      controller.signal,
    )
    const rejected = assert.rejects(slow, /the client left/)
    await waitFor(async () => (await countRunning('/* aborted */')) === 1)
    controller.abort(new Error('the client left'))
    await rejected
    await waitFor(async () => (await countRunning('/* aborted */')) === 0)
  })

  test('a signal that has aborted already starts no query', async () => {
    const signal = AbortSignal.abort(new Error('gone before'))
    await assert.rejects(queryCancellable(database.pool, { text: 'select 1' }, signal), /gone before/)
  })

  test('an abort works while every connection of the pool is busy', async () => {
    const pool = openPool(database.target, { name: 'full', max: 2, onError: () => undefined })
    const controller = new AbortController()
    const text = 'select pg_sleep(600) /* full pool */'
    const both = [1, 2].map(() => queryCancellable(pool, { text }, controller.signal))
    const settled = Promise.allSettled(both)
    await waitFor(async () => (await countRunning('/* full pool */')) === 2)
    controller.abort(new Error('all left'))
    assert.deepEqual(
      (await settled).map((result) => result.status),
      ['rejected', 'rejected'],
    )
    await waitFor(async () => (await countRunning('/* full pool */')) === 0)
    await pool.end()
  })
})
