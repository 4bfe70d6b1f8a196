import type pg from 'pg'
import { inspectTraces } from '../../otlp/inspect.ts'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { createTestDatabase } from '../../postgres/test-database.ts'
import { buildGroup, codecZstd } from '../../queue/build-group.ts'
import { ByteBudget } from '../../queue/byte-budget.ts'
import { describeTraceStore, type AcceptedBody, type StoreHarness } from '../conformance.ts'
import type { BodyToWrite, TraceStore } from '../trace-store.ts'
import { openPostgresTraceStore } from './postgres-trace-store.ts'

describeTraceStore('PostgreSQL', async (): Promise<StoreHarness> => {
  const database = await createTestDatabase()
  const { pool } = database
  const store = openPostgresTraceStore({ pool, budget: new ByteBudget(256 * 1024 * 1024) })
  const writeTo = async (writer: TraceStore, accepted: readonly AcceptedBody[]) => {
    const bodies: BodyToWrite[] = []
    for (const body of accepted) bodies.push(await insertBody(pool, body))
    return inTransaction(pool, (client) => writer.write(client, bodies))
  }
  return {
    store,
    write: (bodies) => writeTo(store, bodies),
    writeElsewhere: (bodies) => writeTo(openPostgresTraceStore({ pool }), bodies),
    close: () => database.drop(),
  }
})

/** Stores a body as the appender does, but on a day of the test's choice. */
async function insertBody(pool: pg.Pool, accepted: AcceptedBody): Promise<BodyToWrite> {
  const { arrivalDay } = accepted
  const payloads = accepted.payloads.map((bytes) => {
    const inspection = inspectTraces(bytes)
    if (!inspection.ok || inspection.rejectedSpans > 0) throw new Error(inspection.message)
    return inspection
  })
  const group = buildGroup(payloads)
  await pool.query('select otel.make_partition($1)', [arrivalDay])
  const inserted = await pool.query<{ id: string }>(
    `insert into otel.body (id, arrival_day, raw_bytes, span_count, body_format, codec, frames, bytes)
     values (nextval('otel.body_id'), $1, $2, $3, 1, $4, $5, $6) returning id`,
    [arrivalDay, group.rawBytes, group.spanCount, codecZstd, toArrayLiteral(group.frames), group.bytes],
  )
  await pool.query(
    `insert into otel.ingestion_queue (id, received_at, visible_at, arrival_day, raw_bytes, stored_bytes, span_count,
                                       payload_count, payloads, trace_hashes)
     values ($1, $2, $2, $3, $4, $4, $5, $6, '{}', '{}')`,
    [
      inserted.rows[0]!.id,
      accepted.receivedAt ?? new Date(`${arrivalDay}T12:00:00Z`),
      arrivalDay,
      group.rawBytes,
      group.spanCount,
      payloads.length,
    ],
  )
  let spanEnd = 0
  return {
    bodyId: BigInt(inserted.rows[0]!.id),
    arrivalDay,
    bytes: Buffer.concat(payloads.map((payload) => payload.bytes)),
    firstSpanIndex: 0,
    payloadSpanEnds: payloads.map((payload) => (spanEnd += payload.spanCount)),
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
