import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPool } from './pool.ts'
import { createTestDatabase } from './test-database.ts'

describe('createTestDatabase', () => {
  test('gives each caller a migrated database of its own', async () => {
    await using first = await createTestDatabase()
    await using second = await createTestDatabase()
    await first.pool.query(`insert into otel.term (value) values ('only here')`)
    const seen = await second.pool.query('select count(*)::int as n from otel.term')
    assert.deepEqual(seen.rows, [{ n: 0 }])
  })

  test('drop rejects, naming the connection, when a test left one open', async () => {
    const database = await createTestDatabase()
    const leaked = openPool(database.target, { name: 'leaked', max: 1, onError: () => undefined })
    await leaked.query('select 1')
    // The connection is held open by a checked-out client, as a leak would.
    await leaked.connect()
    await assert.rejects(database.drop(), /left connections open: holdfast-leaked/)
  })
})
