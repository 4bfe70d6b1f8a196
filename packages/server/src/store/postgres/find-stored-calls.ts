import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import type { BatchCalls } from './batch-calls.ts'
import { columnTypes } from './column-types.ts'
import { formatUuid } from './id-columns.ts'
import { hasSpanKeySql, spanKeysSql, toSpanKeyLists } from './row-keys.ts'
import { callMarks, markTokensCounted } from './span-marks.ts'
import { toStoredSpan, type StoredSpan, type StoredSpanRow } from './stored-span.ts'
import type { TraceDraft } from './trace-draft.ts'

const findSql = `
select trace_id, span_id, parent_span_id, arrival_day, marks, input_tokens, output_tokens
from otel.span_row
where trace_id = any($1::uuid[]) and arrival_day >= $2 and marks & ${callMarks} <> 0
  and (input_tokens is not null or output_tokens is not null)
  and (span_id = any($3::bigint[]) or parent_span_id = any($4::bigint[]))`

/**
 * Finds the model calls stored before that tell tokens and lie directly around or inside those of the batch. As
 * findStoredCopies, it has to be a statement after the upsert that locked the traces.
 */
export async function findStoredCalls(
  transaction: pg.ClientBase,
  calls: BatchCalls,
  traces: ReadonlySet<TraceDraft>,
  firstArrivalDay: string,
): Promise<readonly StoredSpan[]> {
  const ids = calls.idsOf(traces)
  if (ids.calls.length === 0) return []
  const byId = new Map([...traces].map((trace) => [formatUuid(trace.traceId), trace]))
  const result = await transaction.query<StoredSpanRow>({
    name: 'find-stored-calls',
    text: findSql,
    values: [
      `{${[...byId.keys()].join(',')}}`,
      firstArrivalDay,
      toArrayLiteral(ids.parents),
      toArrayLiteral(ids.calls),
    ],
    types: columnTypes,
  })
  return result.rows.map((row) => toStoredSpan(row, byId))
}

/** Marks stored calls as not counted. */
export async function unmarkCalls(transaction: pg.ClientBase, calls: readonly StoredSpan[]): Promise<void> {
  await transaction.query({
    name: 'unmark-calls',
    text: `update otel.span_row s set marks = s.marks & ~${markTokensCounted}
           from ${spanKeysSql} where ${hasSpanKeySql}`,
    values: toSpanKeyLists(calls),
  })
}
