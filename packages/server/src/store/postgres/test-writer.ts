// The write side alone, for tests: bodies need not be in otel.body to be written.
import type pg from 'pg'
import { inspectTraces } from '../../otlp/inspect.ts'
import { encodeSpans } from '../../otlp/test-payload.ts'
import type { Span } from '../../trace/span.ts'
import { createTestDatabase } from '../../postgres/test-database.ts'
import type { BodyToWrite, TraceStore, WriteOutcome } from '../trace-store.ts'
import { openPostgresTraceStore } from './postgres-trace-store.ts'
import { BodyWriter } from './write-bodies.ts'

let lastBodyId = 0n

/** A body of these payloads, with an id that no other has. */
export function bodyToWrite(payloads: readonly (readonly Span[])[], arrivalDay: string): BodyToWrite {
  let spanEnd = 0
  const inspections = payloads.map((spans) => {
    const inspection = inspectTraces(encodeSpans(spans))
    if (!inspection.ok || inspection.rejectedSpans > 0) throw new Error(inspection.message)
    return inspection
  })
  return {
    bodyId: ++lastBodyId,
    arrivalDay,
    bytes: Buffer.concat(inspections.map((inspection) => inspection.bytes)),
    firstSpanIndex: 0,
    payloadSpanEnds: inspections.map((inspection) => (spanEnd += inspection.spanCount)),
  }
}

/** Writes in a transaction of its own. */
export async function write(
  pool: pg.Pool,
  writer: BodyWriter,
  ...bodies: readonly BodyToWrite[]
): Promise<readonly WriteOutcome[]> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const outcomes = await writer.write(client, bodies)
    await client.query('commit')
    return outcomes
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

export interface TestWriter {
  readonly pool: pg.Pool
  readonly store: TraceStore
  /** Writes the payloads as one body. */
  write(...payloads: readonly (readonly Span[])[]): Promise<void>
  close(): Promise<void>
}

/** A database whose bodies all arrive on one day. */
export async function openTestWriter(arrivalDay: string): Promise<TestWriter> {
  const database = await createTestDatabase()
  const { pool } = database
  await pool.query('select otel.make_partition($1)', [arrivalDay])
  const writer = new BodyWriter(pool)
  return {
    pool,
    store: openPostgresTraceStore({ pool }),
    async write(...payloads) {
      await write(pool, writer, bodyToWrite(payloads, arrivalDay))
    },
    close: () => database.drop(),
  }
}
