import { inspectTraces } from '../../otlp/inspect.ts'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { createTestDatabase } from '../../postgres/test-database.ts'
import { buildGroup, codecZstd } from '../../queue/build-group.ts'
import { describeTraceStore, type AcceptedBody, type StoreHarness } from '../conformance.ts'
import type { BodyToWrite, TraceStore } from '../trace-store.ts'
import type pg from 'pg'
import { findTrace } from './find-trace.ts'
import { findTraceBodies } from './find-trace-bodies.ts'
import { findTraces } from './find-traces.ts'
import { listOperations } from './list-operations.ts'
import { listServices } from './list-services.ts'
import { listSpans } from './list-spans.ts'
import { readRaw } from './read-raw.ts'
import { readSpans } from './read-spans.ts'
import { BodyWriter } from './write-bodies.ts'

describeTraceStore('PostgreSQL', async (): Promise<StoreHarness> => {
  const database = await createTestDatabase()
  const { pool } = database
  const writer = new BodyWriter(pool)
  const store: TraceStore = {
    write: (transaction, bodies) => writer.write(transaction as pg.ClientBase, bodies),
    findTraces: (query, options) => findTraces(pool, query, options),
    findTrace: (traceId, options) => findTrace(pool, traceId, options),
    listSpans: (traceId, query, options) => listSpans(pool, traceId, query, options),
    readSpans: (traceId, query, options) => readSpans(pool, traceId, query, options),
    readRaw: (traceId, options) => readRaw(pool, traceId, options),
    findTraceBodies: (traceId, options) => findTraceBodies(pool, traceId, options),
    listServices: (page, options) => listServices(pool, page, options),
    listOperations: (page, options) => listOperations(pool, page, options),
  }
  return {
    store,
    write: async (accepted) => {
      const bodies: BodyToWrite[] = []
      for (const body of accepted) bodies.push(await insertBody(pool, body))
      return inTransaction(pool, (client) => store.write(client, bodies))
    },
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
  const group = await buildGroup(payloads)
  await pool.query('select otel.make_partition($1)', [arrivalDay])
  const inserted = await pool.query<{ id: string }>(
    `insert into otel.body (id, arrival_day, raw_bytes, span_count, body_format, codec, frames, bytes)
     values (nextval('otel.body_id'), $1, $2, $3, 1, $4, $5, $6) returning id`,
    [arrivalDay, group.rawBytes, group.spanCount, codecZstd, toArrayLiteral(group.frames), group.bytes],
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
