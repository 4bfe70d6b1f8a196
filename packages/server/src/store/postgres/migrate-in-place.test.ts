// Databases that a Holdfast of before a migration has filled, and that this one takes over.
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type pg from 'pg'
import { pino } from 'pino'
import { migrate, migrationsDir } from '../../postgres/migrations.ts'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
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

/** Gives the database the schema that these migrations alone make. */
async function migrateTo({ pool, target }: TestDatabase, migrations: readonly string[]): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-old-schema-'))
  try {
    for (const name of migrations) await cp(join(migrationsDir, name), join(dir, name))
    await pool.query('drop schema otel cascade')
    await migrate(target, log, dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
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
  await migrateTo(database, ['0001_spine.sql'])
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

test('spans of before have no fingerprint, and those of each partition are found by one index', async () => {
  await using database = await createTestDatabase()
  const { pool } = database
  await migrateTo(database, ['0001_spine.sql', '0002_telemetry.sql'])
  await fillOldDatabase(pool)
  const before = await readFiles(pool)

  await migrate(database.target, log)

  assert.deepEqual(await readFiles(pool), before, 'no table was written anew')
  const store = openPostgresTraceStore({ pool })
  assert.equal((await store.listSpans(traceId, { limit: 1 }))[0]?.fingerprint, undefined)
  await pool.query('select otel.make_partition($1)', [newDay])
  const fingerprint = newName('SELECT:FILM')
  const spans = [oldDay, newDay].map((day, index) => {
    const attributes = [{ key: 'canonicalize.fingerprint', value: fingerprint }]
    return { day, span: makeSpan({ attributes, startUnixNano: noon + 2000n + BigInt(index) }) }
  })
  const writer = new BodyWriter(pool)
  for (const { span, day } of spans) await write(pool, writer, bodyToWrite([[span]], day))
  const found = await store.findTraces({ fingerprint, limit: 10 })
  assert.deepEqual(
    found.map((trace) => trace.traceId),
    spans.map(({ span }) => span.traceId).reverse(),
  )
  const { rows: indexes } = await pool.query<{ table: string; definition: string }>(
    `select tablename as table, indexdef as definition from pg_indexes where indexdef like '%fingerprint%'`,
  )
  assert.equal(indexes.length, 31)
  for (const { definition } of indexes) {
    assert.match(definition, /\(fingerprint, trace_id\) WHERE \(fingerprint IS NOT NULL\)$/)
  }
  const { rows: inView } = await pool.query<{ trace_id: string }>(
    'select trace_id from otel.spans where fingerprint = $1 order by start_unix_nano',
    [fingerprint],
  )
  assert.deepEqual(
    inView.map((row) => row.trace_id),
    spans.map(({ span }) => span.traceId),
  )
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
