import type pg from 'pg'
import { formatUuid, spanIdOrderSql } from './id-columns.ts'
import { maxOperationsPerTrace, toBigInt, type TraceDraft } from './trace-draft.ts'

// One statement for the whole batch, sorted by trace id: unsorted, or one statement a payload, writers that share traces
// deadlock (89 in 4 s against none). The lock it takes on each trace is held to the commit, and its answer tells which
// traces were there before: only for those can there be an earlier copy of a span.
const upsertSql = `
insert into otel.trace_summary as t (
  trace_id, start_unix_nano, end_unix_nano, root_start_unix_nano, root_span_id, first_arrival_day, last_arrival_day,
  root_operation_id, span_count, error_count, root_provisional, operations_truncated, input_tokens, output_tokens,
  root_name_text, operation_ids, running_count, model_call_count, heard_body_id)
select trace_id, start_unix_nano, end_unix_nano, root_start, root_span_id, first_day, last_day,
       root_operation_id, span_count, error_count, root_provisional, operations_truncated, input_tokens, output_tokens,
       root_name_text, operation_ids::int[], running_count, model_call_count, heard_body_id
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::date[], $7::date[], $8::int[],
            $9::int[], $10::int[], $11::boolean[], $12::boolean[], $13::bigint[], $14::bigint[], $15::text[], $16::text[],
            $17::int[], $18::int[], $19::bigint[])
  as draft (trace_id, start_unix_nano, end_unix_nano, root_start, root_span_id, first_day, last_day, root_operation_id,
            span_count, error_count, root_provisional, operations_truncated, input_tokens, output_tokens,
            root_name_text, operation_ids, running_count, model_call_count, heard_body_id)
order by trace_id
on conflict (trace_id) do update set
  start_unix_nano = coalesce(least(nullif(t.start_unix_nano, 0), nullif(excluded.start_unix_nano, 0)), 0),
  end_unix_nano = greatest(t.end_unix_nano, excluded.end_unix_nano),
  first_arrival_day = least(t.first_arrival_day, excluded.first_arrival_day),
  last_arrival_day = greatest(t.last_arrival_day, excluded.last_arrival_day),
  span_count = t.span_count + excluded.span_count,
  error_count = t.error_count + excluded.error_count,
  running_count = t.running_count + excluded.running_count,
  model_call_count = t.model_call_count + excluded.model_call_count,
  heard_body_id = greatest(t.heard_body_id, excluded.heard_body_id),
  input_tokens = coalesce(t.input_tokens + excluded.input_tokens, t.input_tokens, excluded.input_tokens),
  output_tokens = coalesce(t.output_tokens + excluded.output_tokens, t.output_tokens, excluded.output_tokens),
  operation_ids = (otel.union_of_ids(t.operation_ids, excluded.operation_ids))[1:${maxOperationsPerTrace}],
  operations_truncated = t.operations_truncated or excluded.operations_truncated
    or cardinality(otel.union_of_ids(t.operation_ids, excluded.operation_ids)) > ${maxOperationsPerTrace},
  (root_provisional, root_start_unix_nano, root_span_id, root_operation_id, root_name_text) = (
    select r.* from (values
      (t.root_provisional, t.root_start_unix_nano, t.root_span_id, t.root_operation_id, t.root_name_text),
      (excluded.root_provisional, excluded.root_start_unix_nano, excluded.root_span_id, excluded.root_operation_id,
       excluded.root_name_text)) as r (root_provisional, start_unix_nano, span_id, operation_id, name_text)
    order by root_provisional, start_unix_nano = 0, start_unix_nano, ${spanIdOrderSql('span_id')} limit 1)
returning trace_id, xmax = 0 as is_new, first_arrival_day::text as first_arrival_day, model_call_count,
  input_tokens, output_tokens`

export interface KnownTrace {
  readonly trace: TraceDraft
  /** UTC day on which its first spans arrived. */
  readonly firstArrivalDay: string
  /** It had model calls, or tokens of some, before this batch: one may be the same call as one of the batch. */
  readonly hadCalls: boolean
}

interface UpsertedRow {
  readonly trace_id: string
  readonly is_new: boolean
  readonly first_arrival_day: string
  readonly model_call_count: number
  readonly input_tokens: string | null
  readonly output_tokens: string | null
}

/**
 * Merges the drafts into otel.trace_summary and locks these traces until the transaction ends.
 * @returns those that were there before, and may have earlier copies of the batch's spans
 */
export async function upsertTraces(
  transaction: pg.ClientBase,
  traces: readonly TraceDraft[],
): Promise<readonly KnownTrace[]> {
  const byId = new Map(traces.map((trace) => [formatUuid(trace.traceId), trace]))
  const list = (value: (trace: TraceDraft) => unknown): string => `{${traces.map(value).join(',')}}`
  const result = await transaction.query<UpsertedRow>({
    name: 'upsert-traces',
    text: upsertSql,
    values: [
      `{${[...byId.keys()].join(',')}}`,
      list((t) => toBigInt(t.startHigh, t.startLow)),
      list((t) => toBigInt(t.endHigh, t.endLow)),
      list((t) => toBigInt(t.rootStartHigh, t.rootStartLow)),
      list((t) => toBigInt(t.rootSpanHigh, t.rootSpanLow)),
      list((t) => t.firstArrivalDay),
      list((t) => t.lastArrivalDay),
      list((t) => t.rootOperation!.id),
      list((t) => t.spanCount),
      list((t) => t.errorCount),
      list((t) => t.rootProvisional),
      list((t) => t.operationsTruncated),
      list((t) => t.inputTokens ?? 'null'),
      list((t) => t.outputTokens ?? 'null'),
      traces.map((t) => t.rootNameText ?? null),
      list((t) => `"{${operationIds(t).join(',')}}"`),
      list((t) => t.runningCount),
      list((t) => t.modelCallCount),
      list((t) => t.heardBodyId),
    ],
  })
  return result.rows
    .filter((row) => !row.is_new)
    .map((row) => {
      const trace = byId.get(row.trace_id)!
      // Rows of before there was markModelCall are in no count of calls, but their tokens are in the sums.
      const hadCalls =
        row.model_call_count > trace.modelCallCount ||
        Number(row.input_tokens) > (trace.inputTokens ?? 0) ||
        Number(row.output_tokens) > (trace.outputTokens ?? 0)
      return { trace, firstArrivalDay: row.first_arrival_day, hadCalls }
    })
}

function operationIds(trace: TraceDraft): number[] {
  const ids = new Set<number>()
  for (const operation of trace.operations) ids.add(operation.id)
  return [...ids].sort((a, b) => a - b)
}
