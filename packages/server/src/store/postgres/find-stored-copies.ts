import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { markRunning } from './span-row.ts'
import type { BatchBuilder } from './build-batch.ts'
import { formatUuid, type KnownTrace } from './upsert-traces.ts'
import type { TraceDraft } from './trace-draft.ts'

const findSql = `
select trace_id, span_id, arrival_day::text as arrival_day, marks
from otel.span_row
where trace_id = any($1::uuid[]) and span_id = any($2::bigint[]) and arrival_day >= $3`

export interface StoredCopy {
  readonly trace: TraceDraft
  readonly traceId: string
  readonly spanId: bigint
  readonly arrivalDay: string
  readonly isRunning: boolean
}

// A giant payload that comes again would otherwise have all its stored copies as objects at once.
const idsAtOnce = 20_000

/**
 * Finds copies of the batch's spans that were stored before, some at a time. Has to be a statement after the upsert that
 * locked the traces: in read committed it sees what others committed until then (in one statement with it 1 788 of 1 800
 * spans doubled).
 */
export async function* findStoredCopies(
  transaction: pg.ClientBase,
  batch: BatchBuilder,
  known: readonly KnownTrace[],
  firstArrivalDay: string,
): AsyncGenerator<readonly StoredCopy[]> {
  const byId = new Map(known.map(({ trace }) => [formatUuid(trace.traceId), trace]))
  const traces = new Set(byId.values())
  const traceIds = `{${[...byId.keys()].join(',')}}`
  let spanIds: bigint[] = []
  for (const spanId of batch.spanIds((trace) => traces.has(trace))) {
    spanIds.push(spanId)
    if (spanIds.length < idsAtOnce) continue
    yield await findCopies(transaction, byId, [traceIds, toArrayLiteral(spanIds), firstArrivalDay])
    spanIds = []
  }
  if (spanIds.length > 0) {
    yield await findCopies(transaction, byId, [traceIds, toArrayLiteral(spanIds), firstArrivalDay])
  }
}

interface CopyRow {
  trace_id: string
  span_id: string
  arrival_day: string
  marks: number
}

async function findCopies(
  transaction: pg.ClientBase,
  byId: ReadonlyMap<string, TraceDraft>,
  values: readonly string[],
): Promise<readonly StoredCopy[]> {
  const result = await transaction.query<CopyRow>({
    name: 'find-stored-copies',
    text: findSql,
    values: [...values],
  })
  return result.rows.map((row) => ({
    trace: byId.get(row.trace_id)!,
    traceId: row.trace_id,
    spanId: BigInt(row.span_id),
    arrivalDay: row.arrival_day,
    isRunning: (row.marks & markRunning) !== 0,
  }))
}

/** Removes running spans whose finished copies are about to be written. */
export async function deleteReplaced(
  transaction: pg.ClientBase,
  copies: readonly StoredCopy[],
): Promise<void> {
  await transaction.query({
    name: 'delete-replaced',
    text: `delete from otel.span_row s
           using unnest($1::uuid[], $2::bigint[], $3::date[]) as gone (trace_id, span_id, arrival_day)
           where s.trace_id = gone.trace_id and s.span_id = gone.span_id and s.arrival_day = gone.arrival_day`,
    values: [
      `{${copies.map((copy) => copy.traceId).join(',')}}`,
      toArrayLiteral(copies.map((copy) => copy.spanId)),
      `{${copies.map((copy) => copy.arrivalDay).join(',')}}`,
    ],
  })
}
