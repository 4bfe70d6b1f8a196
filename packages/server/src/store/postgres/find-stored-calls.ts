import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import type { BatchCalls, StoredCall } from './batch-calls.ts'
import { columnTypes } from './column-types.ts'
import { formatUuid } from './id-columns.ts'
import { hasSpanKeySql, spanKeysSql, toSpanKeyLists } from './row-keys.ts'
import { callMarks, markTokensCounted } from './span-marks.ts'
import type { TraceDraft } from './trace-draft.ts'

const findSql = `
select trace_id, span_id, parent_span_id, arrival_day, marks, input_tokens, output_tokens
from otel.span_row
where trace_id = any($1::uuid[]) and arrival_day >= $2 and marks & ${callMarks} <> 0
  and (input_tokens is not null or output_tokens is not null)
  and (span_id = any($3::bigint[]) or parent_span_id = any($4::bigint[]))`

interface Row {
  readonly trace_id: string
  readonly span_id: bigint
  readonly parent_span_id: bigint
  readonly arrival_day: string
  readonly marks: number
  readonly input_tokens: number | null
  readonly output_tokens: number | null
}

/**
 * Finds the model calls stored before that tell tokens and lie directly around or inside those of the batch. As
 * findStoredCopies, it has to be a statement after the upsert that locked the traces.
 */
export async function findStoredCalls(
  transaction: pg.ClientBase,
  calls: BatchCalls,
  traces: ReadonlySet<TraceDraft>,
  firstArrivalDay: string,
): Promise<readonly StoredCall[]> {
  const ids = calls.idsOf(traces)
  if (ids.calls.length === 0) return []
  const byId = new Map([...traces].map((trace) => [formatUuid(trace.traceId), trace]))
  const result = await transaction.query<Row>({
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
  return result.rows.map((row) => ({
    trace: byId.get(row.trace_id)!,
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id,
    arrivalDay: row.arrival_day,
    marks: row.marks,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
  }))
}

/** Marks stored calls as not counted. */
export async function unmarkCalls(transaction: pg.ClientBase, calls: readonly StoredCall[]): Promise<void> {
  await transaction.query({
    name: 'unmark-calls',
    text: `update otel.span_row s set marks = s.marks & ~${markTokensCounted}
           from ${spanKeysSql} where ${hasSpanKeySql}`,
    values: toSpanKeyLists(calls),
  })
}
