// Keys of rows as parameters: lists for `unnest` and `any`, which name any number of rows in one prepared statement.
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { formatUuid } from './id-columns.ts'
import type { TraceDraft } from './trace-draft.ts'

/** What names one row of otel.span_row (no unique index does), as its columns are read. */
export interface SpanKey {
  /** As PostgreSQL prints a uuid. */
  readonly traceId: string
  readonly spanId: bigint
  readonly arrivalDay: string
}

/** SQL for the rows that the parameters $1 to $3 name, which toSpanKeyLists makes: `from` or `using` it ... */
export const spanKeysSql =
  'unnest($1::uuid[], $2::bigint[], $3::date[]) as key (trace_id, span_id, arrival_day)'

/** ... and `where` this, with otel.span_row as s. */
export const hasSpanKeySql =
  's.trace_id = key.trace_id and s.span_id = key.span_id and s.arrival_day = key.arrival_day'

export function toSpanKeyLists(keys: readonly SpanKey[]): [traceIds: string, spanIds: string, days: string] {
  return [
    `{${keys.map((key) => key.traceId).join(',')}}`,
    toArrayLiteral(keys.map((key) => key.spanId)),
    `{${keys.map((key) => key.arrivalDay).join(',')}}`,
  ]
}

/** The ids of these traces as an array of uuid. */
export function toTraceIdList(traces: readonly TraceDraft[]): string {
  return `{${traces.map((trace) => formatUuid(trace.traceId)).join(',')}}`
}
