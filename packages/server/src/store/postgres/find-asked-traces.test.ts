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

/** Questions of one day that come after the last analyze, and have traces that start one after the other from `startUnixNano`. */
async function ask(
  pool: pg.Pool,
  questions: { fingerprint: string; day: string; startUnixNano: bigint; count: number },
): Promise<void> {
  const { fingerprint, day, startUnixNano, count } = questions
  await pool.query(
    `with asked as (
       insert into otel.span_row (trace_id, span_id, parent_span_id, start_unix_nano, duration_nano, body_id, arrival_day,
                                  span_index, operation_id, status_code, marks, fingerprint)
       select gen_random_uuid(), n, 0, $1::bigint + n, 10, 1, $2::date, n, 1, 0, 0, $3
       from generate_series(1, $4::integer) n returning *)
     insert into otel.trace_summary (trace_id, start_unix_nano, end_unix_nano, root_start_unix_nano, root_span_id,
                                     first_arrival_day, last_arrival_day, root_operation_id, span_count, error_count,
                                     root_provisional, operations_truncated, operation_ids)
     select trace_id, start_unix_nano, start_unix_nano + 10, start_unix_nano, span_id, arrival_day, arrival_day, 1, 1, 0,
            false, false, '{1}'
     from asked`,
    [startUnixNano, day, fingerprint, count],
  )
}

/** How often the index of otel.trace_summary was asked, and how many entries were read of the fingerprints of a day. */
async function readIndexes(
  pool: pg.Pool,
  index: string,
  day: string,
): Promise<[scans: number, entries: number]> {
  await pool.query('select pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ scans: number; entries: number }>(
    `select (select idx_scan::int from pg_stat_user_indexes where indexrelname = $1) as scans,
            (select idx_tup_read::int from pg_stat_user_indexes
             where indexrelname like 'span_row_' || replace($2, '-', '') || '%fingerprint%') as entries`,
    [index, day],
  )
  return [rows[0]!.scans, rows[0]!.entries]
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

describe('a question that is asked all the time', () => {
  /** What `read` reads on a connection of its own. */
  async function countReads(
    database: TestDatabase,
    { index, day }: { index: string; day: string },
    read: (store: TraceStore) => Promise<void>,
  ): Promise<{ scans: number; entries: number }> {
    const pool = openPool(database.target, { name: 'one', max: 1, onError: () => undefined })
    try {
      const before = await readIndexes(pool, index, day)
      await read(openPostgresTraceStore({ pool }))
      const after = await readIndexes(pool, index, day)
      return { scans: after[0] - before[0], entries: after[1] - before[1] }
    } finally {
      await pool.end()
    }
  }

  const popular = { fingerprint: 'popular', limit: 51 }

  test('is looked for among the traces of the time that is asked for, where those are few, and on its days', async () => {
    await using database = await createTestDatabase()
    await fill(database.pool)
    const [other, , today] = days as [string, string, string]
    const lastHour = noon + 10_000n * second
    await ask(database.pool, {
      fingerprint: 'popular',
      day: other,
      startUnixNano: noon - second,
      count: 12_000,
    })
    await ask(database.pool, { fingerprint: 'popular', day: today, startUnixNano: lastHour, count: 40 })
    await database.pool.query('analyze')
    const byId = { index: 'trace_summary_pkey', day: other }
    // To know that it is asked often, 5 001 spans are counted.
    const few = await countReads(database, byId, async (store) => {
      assert.equal((await store.findTraces({ ...popular, fromUnixNano: lastHour })).length, 40)
      const never = { fromUnixNano: lastHour + second, toUnixNano: lastHour + 2n * second }
      assert.deepEqual(await store.findTraces({ ...popular, ...never }), [])
    })
    assert.equal(few.scans, 0)
    assert.ok(few.entries <= 2 * 5001, `${few.entries}`)
    await ask(database.pool, {
      fingerprint: 'another',
      day: today,
      startUnixNano: lastHour + 100n,
      count: 10_000,
    })
    const many = await countReads(database, byId, async (store) => {
      assert.equal((await store.findTraces({ ...popular, fromUnixNano: lastHour })).length, 40)
    })
    assert.ok(many.scans <= 41, `${many.scans}`)
    assert.ok(many.entries <= 5001, `${many.entries}`)
  })

  test('is found trace by trace also when a clock that is years ahead lets today look empty', async () => {
    await using database = await createTestDatabase()
    const { pool } = database
    await fill(pool)
    const [, , today] = days as [string, string, string]
    await ask(pool, { fingerprint: 'ahead', day: today, startUnixNano: 1_924_988_400n * second, count: 1 })
    await pool.query('analyze')
    const startUnixNano = noon + 10_000n * second
    await ask(pool, { fingerprint: 'popular', day: today, startUnixNano, count: 4_000 })
    const byStart = { index: 'trace_summary_start', day: today }
    const { scans } = await countReads(database, byStart, async (store) => {
      const query = { ...popular, fromUnixNano: startUnixNano, toUnixNano: startUnixNano + second }
      assert.deepEqual(await store.findTraces({ ...query, status: 'error' }), [])
      assert.equal((await store.findTraces({ ...query, minDurationNano: 1n })).length, 51)
    })
    assert.ok(scans < 100, `${scans}`) // the planner looks for the ends of the index too
  })
})
