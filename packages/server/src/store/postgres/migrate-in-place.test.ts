// A database that a Holdfast of before migration 0002 has filled, and that this one takes over.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type pg from 'pg'
import { pino } from 'pino'
import { migrate, migrationsDir } from '../../postgres/migrations.ts'
import { createTestDatabase } from '../../postgres/test-database.ts'
import { makeRunning, makeSpan, newName, noon, resourceOf } from '../conformance/example-spans.ts'
import { openPostgresTraceStore } from './postgres-trace-store.ts'
import { bodyToWrite, write } from './test-writer.ts'
import { BodyWriter } from './write-bodies.ts'

const log = pino({ level: 'silent' })
const firstDay = '2026-10-24'
const oldDay = '2026-11-22'
const newDay = '2026-11-24'
const traceId = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'

/** 30 days of partitions, and a trace of 1 000 spans, of which one is a model call with tokens and one runs. */
async function fillOldDatabase(pool: pg.Pool): Promise<void> {
  await pool.query(`select otel.make_partition($1::date + n) from generate_series(0, 29) n`, [firstDay])
  await pool.query(`insert into otel.operation (kind, service, name) values (1, 'old', 'work')`)
  await pool.query(`insert into otel.term (value) values ('chat')`)
  await pool.query(
    `insert into otel.span_row (trace_id, span_id, parent_span_id, start_unix_nano, duration_nano, body_id, arrival_day,
                                span_index, operation_id, status_code, marks, input_tokens, gen_ai_operation_id)
     select $1::uuid, n, case n when 1 then 0 else 1 end, $2::bigint + n, 10, 1, $3::date, n, 1, 0,
            case n when 2 then 4 when 3 then 1 else 0 end, case n when 2 then 50 end, case n when 2 then 1 end
     from generate_series(1, 1000) n`,
    [traceId, noon, oldDay],
  )
  await pool.query(
    `insert into otel.trace_summary (trace_id, start_unix_nano, end_unix_nano, root_start_unix_nano, root_span_id,
                                     first_arrival_day, last_arrival_day, root_operation_id, span_count, error_count,
                                     root_provisional, operations_truncated, input_tokens, operation_ids)
     values ($1, $2::bigint, $2::bigint + 1010, $2::bigint + 1, 1, $3::date, $3::date, 1, 1000, 0, false, false, 50, '{1}')`,
    [traceId, noon, oldDay],
  )
}

async function readFiles(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query<{ name: string; file: string }>(
    `select relname as name, pg_relation_filenode(oid) as file from pg_class
     where relnamespace = 'otel'::regnamespace and (relname like 'span_row_%' or relname = 'trace_summary') and relkind = 'r'
     order by 1`,
  )
  return rows
}

test('a database with data and many partitions migrates in place, stays readable, and takes new spans', async () => {
  await using database = await createTestDatabase()
  const { pool } = database
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-old-schema-'))
  try {
    await mkdir(dir, { recursive: true })
    await cp(join(migrationsDir, '0001_spine.sql'), join(dir, '0001_spine.sql'))
    await pool.query('drop schema otel cascade')
    await migrate(database.target, log, dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
  await fillOldDatabase(pool)
  const before = await readFiles(pool)
  assert.equal(before.length, 31)

  await migrate(database.target, log)

  assert.deepEqual(await readFiles(pool), before, 'no table was written anew')
  const store = openPostgresTraceStore({ pool })
  const summary = await store.findTrace(traceId)
  assert.deepEqual([summary?.spanCount, summary?.inputTokens, summary?.runningCount], [1000, 50, 0])
  const rows = await store.listSpans(traceId, { limit: 3 })
  assert.deepEqual(
    rows.map((row) => [
      row.genAiOperation,
      row.inputTokens,
      row.countsTokens,
      row.running,
      row.contextCarrier,
    ]),
    [
      [undefined, undefined, false, false, undefined],
      ['chat', 50, true, false, undefined],
      [undefined, undefined, false, true, undefined],
    ],
  )
  const calls = await store.listModelCalls([traceId], { limit: 10 })
  assert.deepEqual(
    calls.get(traceId)?.map((call) => [call.spanId, call.inputTokens]),
    [['0000000000000002', 50]],
  )
  await pool.query('select * from otel.spans limit 1')
  await pool.query('select * from otel.traces limit 1')

  // On a day that was there before and on one that was not: a new span, and the end of what ran.
  await pool.query('select otel.make_partition($1)', [newDay])
  const writer = new BodyWriter(pool)
  const carrier = [{ key: 'holdfast.context.carrier', value: newName('carrier') }]
  for (const [index, day] of [oldDay, newDay].entries()) {
    const span = makeSpan({ traceId, attributes: carrier, startUnixNano: noon + 2000n + BigInt(index) })
    await write(pool, writer, bodyToWrite([[span]], day))
    const [row] = await store.listSpans(traceId, {
      limit: 1,
      after: { startUnixNano: noon + 1999n, spanId: '00' },
    })
    assert.equal(row?.contextCarrier, carrier[0]!.value)
    await pool.query('delete from otel.span_row where context_carrier_id is not null')
  }
  // The same call as one of before: an inner span that comes now counts in its place.
  const innerTokens = [
    { key: 'gen_ai.operation.name', value: 'chat' },
    { key: 'gen_ai.usage.input_tokens', value: 51n },
  ]
  const inner = makeSpan({ traceId, parentSpanId: '0000000000000002', attributes: innerTokens })
  await write(pool, writer, bodyToWrite([[inner]], newDay))
  assert.equal((await store.findTrace(traceId))?.inputTokens, 51)
  const ended = makeSpan({ traceId, spanId: '0000000000000003', resource: resourceOf('old') })
  await write(pool, writer, bodyToWrite([[makeRunning(makeSpan({ traceId })), ended]], newDay))
  const after = await store.findTrace(traceId)
  assert.deepEqual([after?.spanCount, after?.runningCount, after?.inputTokens], [1002, 1, 51])
})

test('a partition that is made later has the columns in the order of one that was there before', async () => {
  await using database = await createTestDatabase()
  await database.pool.query('select otel.make_partition($1)', [newDay])
  const { rows } = await database.pool.query<{ columns: string }>(
    `select string_agg(attname, ' ' order by attnum) as columns from pg_attribute
     where attrelid in ('otel.span_row'::regclass, 'otel.span_row_20261124'::regclass) and attnum > 0
     group by attrelid`,
  )
  assert.equal(rows.length, 2)
  assert.equal(rows[0]?.columns, rows[1]?.columns)
})
