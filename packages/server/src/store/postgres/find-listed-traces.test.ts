// The conformance suite asks what comes out; here it is many traces, so that the ways to find them part.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import type { TraceQuery } from '../trace-store.ts'
import { findTraces } from './find-traces.ts'

const traceCount = 25_000

describe('findTraces among 25 000 traces', () => {
  let database: TestDatabase
  let pool: pg.Pool
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
    // Trace n begins at n; services: all of them `every`, 1 in 300 `some`, the 25 oldest `gone`, 3 of them `rare`.
    await pool.query(
      `insert into otel.operation (kind, service, name) values (1, 'every', 'x'), (1, 'some', 'x'), (1, 'gone', 'x'), (1, 'rare', 'y')`,
    )
    await pool.query(
      `insert into otel.trace_summary
       select lpad(to_hex(n), 32, '0')::uuid, n, n + n % 1000, n, n, '2026-11-23', '2026-11-23', 1, 1, (n % 5000 = 0)::int,
              false, false, null, null, null,
              array[1] || case when n % 300 = 0 then array[2] else '{}' end || case when n <= 25 then array[3] else '{}' end
              || case when n in (7, 12000, 24000) then array[4] else '{}' end
       from generate_series(1, $1::int) n`,
      [traceCount],
    )
    await pool.query('analyze otel.trace_summary')
  })
  after(() => database.drop())

  /** Trace n is the one whose id, and start, is n. */
  async function find(query: TraceQuery): Promise<number[]> {
    const traces = await findTraces(pool, query)
    return traces.map((trace) => Number(`0x${trace.traceId}`))
  }

  const matching = (limit: number, isMatch: (n: number) => boolean): number[] =>
    Array.from({ length: traceCount }, (_, index) => traceCount - index)
      .filter(isMatch)
      .slice(0, limit)

  test('finds the newest of a common service', async () => {
    assert.deepEqual(
      await find({ service: 'every', limit: 5 }),
      matching(5, () => true),
    )
  })

  test('finds all of a service that is not so common', async () => {
    assert.deepEqual(
      await find({ service: 'some', limit: 80 }),
      matching(80, (n) => n % 300 === 0),
    )
  })

  test('finds a rare service, newest first', async () => {
    assert.deepEqual(await find({ service: 'rare', limit: 2 }), [24000, 12000])
    assert.deepEqual(await find({ service: 'rare', limit: 9 }), [24000, 12000, 7])
  })

  test('finds a service that fell silent long ago', async () => {
    assert.deepEqual(
      await find({ service: 'gone', limit: 50 }),
      matching(50, (n) => n <= 25),
    )
  })

  test('finds a rare trait of a common service', async () => {
    assert.deepEqual(
      await find({ service: 'every', status: 'error', limit: 50 }),
      matching(50, (n) => n % 5000 === 0),
    )
    const minDurationNano = 998n
    assert.deepEqual(
      await find({ service: 'some', minDurationNano, limit: 50 }),
      matching(50, (n) => n % 300 === 0 && n % 1000 >= 998),
    )
  })

  test('goes on behind a page, within bounds on the start', async () => {
    const found: number[] = []
    for (;;) {
      const last = found.at(-1)
      const position =
        last === undefined
          ? undefined
          : { startUnixNano: BigInt(last), traceId: last.toString(16).padStart(32, '0') }
      const page = await find({ service: 'rare', toUnixNano: 20_000n, limit: 1, after: position })
      if (page.length === 0) break
      found.push(...page)
    }
    assert.deepEqual(found, [12000, 7])
    assert.deepEqual(
      await find({ service: 'rare', fromUnixNano: 8n, toUnixNano: 24_000n, limit: 9 }),
      [12000],
    )
  })

  test('finds a name of any service, and of one', async () => {
    assert.deepEqual(await find({ name: 'y', limit: 9 }), [24000, 12000, 7])
    assert.deepEqual(await find({ name: 'y', service: 'some', limit: 9 }), [])
    assert.equal((await find({ name: 'x', limit: 9 })).length, 9)
  })
})
