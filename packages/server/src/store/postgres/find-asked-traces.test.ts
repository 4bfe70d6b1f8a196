import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type pg from 'pg'
import { openPool } from '../../postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { noon } from '../conformance/example-spans.ts'
import type { TraceStore } from '../trace-store.ts'
import { openPostgresTraceStore } from './postgres-trace-store.ts'

const days = ['2026-11-21', '2026-11-22', '2026-11-23']
const second = 1_000_000_000n

/** On each day 30 000 traces of one span, of which every hundredth asks what is asked often, and one what is asked once. */
async function fill(pool: pg.Pool): Promise<void> {
  await pool.query(`insert into otel.operation (kind, service, name) values (1, 'agent', 'work')`)
  for (const day of days) await pool.query('select otel.make_partition($1)', [day])
  await pool.query(
    `insert into otel.span_row (trace_id, span_id, parent_span_id, start_unix_nano, duration_nano, body_id, arrival_day,
                                span_index, operation_id, status_code, marks, fingerprint)
     select gen_random_uuid(), n, 0, $1::bigint + n, 10, 1, d::date, n, 1, 0, 0,
            case when n % 100 = 0 then 'often' when n = 1 then 'once ' || d end
     from unnest($2::text[]) d, generate_series(1, 30000) n`,
    [noon, days],
  )
  await pool.query(
    `insert into otel.trace_summary (trace_id, start_unix_nano, end_unix_nano, root_start_unix_nano, root_span_id,
                                     first_arrival_day, last_arrival_day, root_operation_id, span_count, error_count,
                                     root_provisional, operations_truncated, operation_ids)
     select trace_id, start_unix_nano, start_unix_nano + 10, start_unix_nano, span_id, arrival_day, arrival_day, 1, 1, 0,
            false, false, '{1}'
     from otel.span_row`,
  )
}

/** How often this connection's statements have read each kind of access path of the spans' tables. */
async function readScans(pool: pg.Pool): Promise<{ tables: number; indexes: number }> {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ tables: number; indexes: number }>(
    `select (select sum(seq_scan)::int from pg_stat_user_tables where relname like 'span_row_%') as tables,
            (select sum(idx_scan)::int from pg_stat_user_indexes where indexrelname like 'span_row_%fingerprint%') as indexes`,
  )
  return rows[0]!
}

describe('what asks for fingerprints goes by their index in each partition, and reads no table through', () => {
  /** Runs `read` on a connection of its own. */
  async function assertIndexed(
    database: TestDatabase,
    expected: number,
    read: (store: TraceStore) => Promise<readonly unknown[]>,
  ): Promise<void> {
    const pool = openPool(database.target, { name: 'one', max: 1, onError: () => undefined })
    try {
      const before = await readScans(pool)
      assert.equal((await read(openPostgresTraceStore({ pool }))).length, expected)
      const after = await readScans(pool)
      assert.equal(after.tables, before.tables)
      assert.ok(after.indexes - before.indexes >= days.length)
    } finally {
      await pool.end()
    }
  }

  test('also where a table has no statistics, as that of today', async () => {
    await using database = await createTestDatabase()
    await fill(database.pool)
    const find = (fingerprint: string) => (store: TraceStore) => store.findTraces({ fingerprint, limit: 51 })
    await assertIndexed(database, 1, find(`once ${days[1]}`))
    await assertIndexed(database, 51, find('often'))
    await assertIndexed(database, 0, find('never'))
  })

  test('to rank them too', async () => {
    await using database = await createTestDatabase()
    await fill(database.pool)
    await database.pool.query('analyze')
    await assertIndexed(database, 4, async (store) => {
      const times = { previousFromUnixNano: noon - second, fromUnixNano: noon, toUnixNano: noon + second }
      return (await store.rankFingerprints(times, { sort: 'count', limit: 9 })).items
    })
  })
})
