import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import type { Span } from '../../trace/span.ts'
import { makeSpan, newTraceId, resourceOf } from '../conformance/example-spans.ts'
import { bodyToWrite, write } from './test-writer.ts'
import { otherServices } from './operation-dictionary.ts'
import { BodyWriter } from './write-bodies.ts'

const day = '2026-11-23'

interface ShownSpan {
  service_name: string
  name: string
  gen_ai_request_model: string | null
}

describe('the dictionaries', () => {
  let database: TestDatabase
  let pool: pg.Pool
  beforeEach(async () => {
    database = await createTestDatabase()
    pool = database.pool
    await pool.query('select otel.make_partition($1)', [day])
  })
  afterEach(() => database.drop())

  const shown = async (traceId: string): Promise<ShownSpan[]> => {
    const { rows } = await pool.query<ShownSpan>(
      'select service_name, name, gen_ai_request_model from otel.spans where trace_id = $1 order by span_index',
      [traceId],
    )
    return rows
  }
  const namesIn = (rows: readonly ShownSpan[]): string[][] => rows.map((row) => [row.service_name, row.name])
  const countOf = async (table: string): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from otel.${table}`)
    return rows[0]!.count
  }
  const fillOperations = async (services: number, perService: number): Promise<void> => {
    await pool.query(
      `insert into otel.operation (service, name, kind)
       select 'service ' || s, 'op ' || o, 1 from generate_series(1, $1) s, generate_series(1, $2) o`,
      [services, perService],
    )
  }

  test('give writers at the same time the same ids', async () => {
    const spans = Array.from({ length: 40 }, (_, i) =>
      makeSpan({
        traceId: newTraceId(),
        name: `op ${i % 20}`,
        attributes: [{ key: 'gen_ai.request.model', value: `model ${i % 10}` }],
      }),
    )
    await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        write(pool, new BodyWriter(pool), bodyToWrite([spans.slice(n * 10, n * 10 + 10)], day)),
      ),
    )
    assert.equal(await countOf('operation'), 20)
    assert.equal(await countOf('term'), 10)
    for (const span of spans) {
      const [row] = await shown(span.traceId)
      assert.deepEqual([row!.name, row!.gen_ai_request_model], [span.name, span.attributes[0]!.value])
    }
  })

  test('keep what they committed when the transaction that asked for it is rolled back', async () => {
    const writer = new BodyWriter(pool)
    const span = makeSpan({ traceId: newTraceId(), name: 'rolled back' })
    const client = await pool.connect()
    await client.query('begin')
    await writer.write(client, [bodyToWrite([[span]], day)])
    await client.query('rollback')
    client.release()
    await write(pool, writer, bodyToWrite([[span]], day))
    assert.deepEqual(namesIn(await shown(span.traceId)), [['conformance', 'rolled back']])
  })

  test('of operations keep a name as text in the row once its service has 2000', async () => {
    await fillOperations(1, 2000)
    const traceId = newTraceId()
    const spanOf = (name: string): Span => makeSpan({ traceId, name, resource: resourceOf('service 1') })
    const spans = ['op 7', 'new a', 'new b', 'op 2000', ''].map(spanOf)
    const writer = new BodyWriter(pool)
    await write(pool, writer, bodyToWrite([spans.slice(0, 3)], day))
    await write(pool, writer, bodyToWrite([spans.slice(3)], day))
    assert.deepEqual(
      namesIn(await shown(traceId)).sort(),
      spans.map((span) => ['service 1', span.name]).sort(),
    )
    const { rows } = await pool.query<{ name_text: string | null }>('select name_text from otel.span_row')
    const texts = rows.flatMap((row) => row.name_text || [])
    assert.deepEqual(texts.sort(), ['new a', 'new b'])
    const summary = await pool.query('select operations_truncated from otel.trace_summary')
    assert.deepEqual(summary.rows, [{ operations_truncated: true }])
    // The six nameless ones, and none of the new names.
    assert.equal(await countOf('operation'), 2006)
    const other = makeSpan({ name: 'free', resource: resourceOf('service 2') })
    await write(pool, writer, bodyToWrite([[other]], day))
    assert.equal(await countOf('operation'), 2007)
  })

  test('of operations show a new service under one name once there are 200 000, however many are invented', async () => {
    await fillOperations(100, 2000)
    const traceId = newTraceId()
    // More than a writer remembers from one batch to the next.
    const invented = Array.from({ length: 2500 }, (_, i) =>
      makeSpan({ traceId, name: `invented ${i}`, resource: resourceOf(`invented ${i}`) }),
    )
    const known = makeSpan({ traceId: newTraceId(), name: 'op 5', resource: resourceOf('service 5') })
    const writer = new BodyWriter(pool)
    for (let round = 0; round < 2; round++)
      await write(pool, writer, bodyToWrite([[...invented, known]], day))
    const rows = await shown(traceId)
    assert.equal(rows.length, 2500)
    assert.ok(rows.every((row, i) => row.service_name === otherServices && row.name === `invented ${i}`))
    assert.deepEqual(namesIn(await shown(known.traceId)), [['service 5', 'op 5']])
    assert.equal(await countOf('operation'), 200_006)
  })

  test('of operations end somewhere even when not one more row may be added', async () => {
    await fillOperations(200, 2000)
    const span = makeSpan({ traceId: newTraceId(), name: 'new', resource: resourceOf('service 1') })
    await write(pool, new BodyWriter(pool), bodyToWrite([[span]], day))
    assert.deepEqual(namesIn(await shown(span.traceId)), [[otherServices, 'new']])
    assert.equal(await countOf('operation'), 400_006)
  })

  test('of terms say "some value" once there are 50 000, and still know the ones they have', async () => {
    await pool.query(`insert into otel.term (value) select 'model ' || i from generate_series(1, 50000) i`)
    const traceId = newTraceId()
    const spanOf = (model: string): Span =>
      makeSpan({ traceId, attributes: [{ key: 'gen_ai.request.model', value: model }] })
    const writer = new BodyWriter(pool)
    await write(pool, writer, bodyToWrite([['model 1', 'new 1'].map(spanOf)], day))
    await write(pool, writer, bodyToWrite([['new 1', 'new 2', 'model 49999'].map(spanOf)], day))
    const { rows } = await pool.query<{ request_model_id: number; value: string | null }>(
      `select s.request_model_id, t.value from otel.span_row s left join otel.term t on t.id = s.request_model_id`,
    )
    assert.deepEqual(rows.map((row) => row.value).sort(), ['model 1', 'model 49999', null, null, null])
    // Not null: a filter has to ask the body.
    assert.equal(rows.filter((row) => row.request_model_id === 0).length, 3)
    assert.equal(await countOf('term'), 50_000)
  })
})
