// What a sign of life of a running span costs: the same in a trace of any size.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type pg from 'pg'
import { createTestDatabase } from '../../postgres/test-database.ts'
import { makeRunning, makeSpan, newTraceId } from '../conformance/example-spans.ts'
import { bodyToWrite } from './test-writer.ts'
import { BodyWriter } from './write-bodies.ts'

const day = '2026-11-23'

test('signs of life, the end of what gave them, and what was sent again do not make a trace be counted anew', async () => {
  await using database = await createTestDatabase()
  await database.pool.query('select otel.make_partition($1)', [day])
  const writer = new BodyWriter(database.pool)
  const traceId = newTraceId()
  const spans = Array.from({ length: 50 }, () => makeSpan({ traceId }))
  const open = spans.slice(0, 3)
  const client = await database.pool.connect()
  const asked: (string | undefined)[] = []
  const query = client.query.bind(client) as (config: pg.QueryConfig) => Promise<pg.QueryResult>
  client.query = ((config: pg.QueryConfig) => {
    asked.push(config.name)
    return query(config)
  }) as typeof client.query

  await writer.write(client, [bodyToWrite([spans.slice(3)], day)])
  await writer.write(client, [bodyToWrite([open.map(makeRunning)], day)])
  for (let n = 0; n < 3; n++) await writer.write(client, [bodyToWrite([open.map(makeRunning)], day)])
  await writer.write(client, [bodyToWrite([open.map(makeRunning), open.map(makeRunning)], day)])
  await writer.write(client, [bodyToWrite([open], day)])
  await writer.write(client, [bodyToWrite([spans], day)])
  client.release(true) // its query method is not the pool’s any more

  assert.ok(asked.includes('subtract-surplus'))
  assert.ok(!asked.includes('recount-traces'), asked.join(', '))
  const { rows } = await database.pool.query('select span_count, running_count from otel.trace_summary')
  assert.deepEqual(rows, [{ span_count: 50, running_count: 0 }])
})
