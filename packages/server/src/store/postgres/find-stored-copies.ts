import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { columnTypes } from './column-types.ts'
import type { SpanCopy } from './span-copy.ts'
import type { BatchBuilder } from './build-batch.ts'
import { formatUuid } from './id-columns.ts'
import { hasSpanKeySql, spanKeysSql, toSpanKeyLists } from './row-keys.ts'
import type { KnownTrace } from './upsert-traces.ts'
import { toStoredSpan, type StoredSpan, type StoredSpanRow } from './stored-span.ts'
import type { TraceDraft } from './trace-draft.ts'

const findSql = `
select trace_id, span_id, parent_span_id, start_unix_nano, duration_nano, body_id, arrival_day, span_index,
       operation_id, status_code, marks, input_tokens, output_tokens
from otel.span_row
where trace_id = any($1::uuid[]) and span_id = any($2::bigint[]) and arrival_day >= $3`

export interface StoredCopy extends SpanCopy, StoredSpan {}

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

interface CopyRow extends StoredSpanRow {
  readonly start_unix_nano: bigint
  readonly duration_nano: bigint
  readonly body_id: bigint
  readonly span_index: number
  readonly operation_id: number
  readonly status_code: number
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
    types: columnTypes,
  })
  return result.rows.map((row) => ({
    ...toStoredSpan(row, byId),
    startUnixNano: row.start_unix_nano,
    durationNano: row.duration_nano,
    bodyId: row.body_id,
    spanIndex: row.span_index,
    operationId: row.operation_id,
    statusCode: row.status_code,
  }))
}

/** Removes running spans whose finished or later copies are about to be written. */
export async function deleteReplaced(
  transaction: pg.ClientBase,
  copies: readonly StoredCopy[],
): Promise<void> {
  await transaction.query({
    name: 'delete-replaced',
    text: `delete from otel.span_row s
           using ${spanKeysSql} where ${hasSpanKeySql}`,
    values: toSpanKeyLists(copies),
  })
}
