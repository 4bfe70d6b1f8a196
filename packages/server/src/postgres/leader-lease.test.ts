import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type pg from 'pg'
import { pino } from 'pino'
import { openLeaderLease, type LeaderLease } from './leader-lease.ts'
import { openPool } from './pool.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { waitFor } from './wait-for.ts'

const log = pino({ level: 'silent' })

describe('openLeaderLease', () => {
  let database: TestDatabase
  let events: string[]
  let signals: Record<string, AbortSignal>
  beforeEach(async () => {
    database = await createTestDatabase()
    events = []
    signals = {}
  })
  afterEach(() => database.drop())

  function stand(name: string, leaseMs: number, pool: pg.Pool = database.pool): LeaderLease {
    return openLeaderLease({
      pool,
      role: 'upkeep',
      log,
      leaseMs,
      onLead: (signal) => {
        events.push(`${name} leads`)
        signals[name] = signal
      },
      onLose: () => events.push(`${name} loses`),
    })
  }

  test('one of two leads; when it closes, the other takes over', async () => {
    const first = stand('first', 3_000)
    await waitFor(() => first.isLeader())
    const second = stand('second', 3_000)
    await first.close()
    await waitFor(() => second.isLeader())
    assert.equal(first.isLeader(), false)
    await second.close()
    assert.deepEqual(events, ['first leads', 'first loses', 'second leads', 'second loses'])
    const { rows } = await database.pool.query('select * from otel.leader')
    assert.deepEqual(rows, [], 'closing gives the lease back')
  })

  test('a leader whose lease another holds stops leading', async () => {
    const lease = stand('first', 1_500)
    await waitFor(() => lease.isLeader())
    await database.pool.query(
      `update otel.leader set holder = $1, held_until = clock_timestamp() + interval '1 hour'`,
      [randomUUID()],
    )
    await waitFor(() => events.includes('first loses'))
    assert.equal(lease.isLeader(), false)
    assert.equal(signals['first']?.aborted, true)
    await lease.close()
    const { rows } = await database.pool.query('select count(*)::int as n from otel.leader')
    assert.deepEqual(rows, [{ n: 1 }], "another's lease stays")
  })

  test('a leader that cannot reach the database has stopped before the next one starts', async () => {
    const lost = openPool(database.target, { name: 'lost', max: 1, onError: () => undefined })
    const first = stand('first', 1_500, lost)
    await waitFor(() => first.isLeader())
    await lost.end() // whatever it asks from now on fails
    const second = stand('second', 1_500)
    await waitFor(() => second.isLeader())
    assert.deepEqual(events, ['first leads', 'first loses', 'second leads'])
    await first.close()
    await second.close()
  })
})
