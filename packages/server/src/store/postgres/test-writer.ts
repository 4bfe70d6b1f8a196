// The write side alone, for tests: bodies need not be in otel.body to be written.
import type pg from 'pg'
import { inspectTraces } from '../../otlp/inspect.ts'
import { encodeSpans } from '../../otlp/test-payload.ts'
import type { Span } from '../../trace/span.ts'
import type { BodyToWrite, WriteOutcome } from '../trace-store.ts'
import type { BodyWriter } from './write-bodies.ts'

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
