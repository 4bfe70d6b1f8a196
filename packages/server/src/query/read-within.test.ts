import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { queryCancellable } from '../postgres/cancel.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { readWithin } from './read-within.ts'

describe('a read within a time', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  const sleep = (signal: AbortSignal | undefined) =>
    queryCancellable(database.pool, { text: 'select pg_sleep(600)' }, signal)

  test('gives what was read', async () => {
    assert.equal(await readWithin(60_000, {}, async () => 1), 1)
  })

  test('is nothing when the time is up, and the database does not go on', async () => {
    assert.equal(await readWithin(20, {}, ({ signal }) => sleep(signal)), undefined)
    const { rows } = await database.pool.query(
      `select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep(600)' and pid <> pg_backend_pid()`,
    )
    assert.deepEqual(rows, [])
  })

  test('fails as it did where it failed by itself, or nobody waits any more', async () => {
    await assert.rejects(
      readWithin(60_000, {}, async () => await Promise.reject(new Error('broken'))),
      /broken/,
    )
    const gone = new AbortController()
    const reading = readWithin(60_000, { signal: gone.signal }, ({ signal }) => sleep(signal))
    gone.abort(new Error('the client left'))
    await assert.rejects(reading, /the client left/)
  })
})
