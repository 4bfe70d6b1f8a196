import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openPool } from './pool.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { waitFor } from './wait-for.ts'

describe('openPool', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  async function readSetting(name: string, serverDefault?: string): Promise<unknown> {
    const options = serverDefault === undefined ? {} : { options: `-c synchronous_commit=${serverDefault}` }
    const target = { ...database.target, connection: { ...database.target.connection, ...options } }
    const pool = openPool(target, {
      name: 'check',
      max: 1,
      statementTimeoutMs: 12_345,
      onError: () => undefined,
    })
    try {
      const { rows } = await pool.query<{ value: string }>('select current_setting($1) as value', [name])
      return rows[0]?.value
    } finally {
      await pool.end()
    }
  }

  for (const [configured, effective] of [
    ['off', 'on'],
    ['local', 'on'],
    ['on', 'on'],
    ['remote_write', 'remote_write'],
    ['remote_apply', 'remote_apply'],
  ] as const) {
    test(`synchronous_commit ${configured} becomes ${effective}`, async () => {
      assert.equal(await readSetting('synchronous_commit', configured), effective)
    })
  }

  test('sets name, time zone and statement timeout on every connection', async () => {
    assert.equal(await readSetting('application_name'), 'holdfast-check')
    assert.equal(await readSetting('timezone'), 'UTC')
    assert.equal(await readSetting('statement_timeout'), '12345ms')
  })

  test('reads a date as its text, whatever the time zone of this process', async () => {
    const { rows } = await database.pool.query(`select date '2026-02-28' as day`)
    assert.deepEqual(rows, [{ day: '2026-02-28' }])
  })

  test('a connection that breaks is reported once and replaced, idle or in use', async () => {
    const errors: Error[] = []
    const pool = openPool(database.target, { name: 'broken', max: 1, onError: (error) => errors.push(error) })
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast-broken'`
    await pool.query('select 1')
    await database.pool.query(kill) // idle
    await waitFor(() => errors.length === 1)
    const client = await pool.connect()
    await database.pool.query(kill) // checked out
    await waitFor(() => errors.length === 2)
    client.release(true)
    assert.deepEqual((await pool.query('select 1 as one')).rows, [{ one: 1 }])
    await pool.end()
    assert.equal(errors.length, 2)
  })
})
