import type pg from 'pg'
import { spanIdOrderSql } from './id-columns.ts'
import {
  callMarks,
  markEmbeddings,
  markModelCall,
  markNameText,
  markRunning,
  markTokensCounted,
} from './span-marks.ts'
import { maxOperationsPerTrace, type TraceDraft } from './trace-draft.ts'
import { formatUuid } from './upsert-traces.ts'

const rootOrder = `parent_span_id <> 0, start_unix_nano = 0, start_unix_nano, ${spanIdOrderSql('span_id')}`

// What BatchCalls decides of a batch's calls, over the rows themselves. Each stands at its own id and at its parent's, as
// in list-model-calls.ts, and for the same reason.
const markSql = `
update otel.span_row s set marks = s.marks # ${markTokensCounted}
from (
  select met.trace_id, met.span_id, met.arrival_day
  from (
    select c.trace_id, c.span_id, c.arrival_day, c.marks, is_child, bool_or(is_child) over meeting as has_inside
    from otel.span_row c, lateral (values (c.span_id, false), (c.parent_span_id, true)) as at (id, is_child)
    where c.trace_id = any($1::uuid[]) and c.arrival_day >= $2 and c.marks & ${callMarks} <> 0
      and (c.input_tokens is not null or c.output_tokens is not null)
      and (not is_child or c.span_id <> c.parent_span_id)
    window meeting as (partition by c.trace_id, id, c.marks & ${markEmbeddings})
  ) met
  where not is_child and (marks & ${markTokensCounted} = 0) <> has_inside
) wrong
where s.trace_id = wrong.trace_id and s.span_id = wrong.span_id and s.arrival_day = wrong.arrival_day`

// The same merge as the upsert's, over the rows themselves. Rare: only traces of which a span came twice.
const recountSql = `
update otel.trace_summary t
set start_unix_nano = c.start_unix_nano, end_unix_nano = c.end_unix_nano,
    root_start_unix_nano = c.roots[1][1], root_span_id = c.roots[1][2], root_operation_id = c.roots[1][3]::int,
    root_provisional = c.root_provisional, root_name_text = c.root_name_text,
    span_count = c.span_count, error_count = c.error_count,
    running_count = c.running_count, model_call_count = c.model_call_count,
    input_tokens = c.input_tokens, output_tokens = c.output_tokens,
    operation_ids = c.operation_ids[1:${maxOperationsPerTrace}],
    operations_truncated = c.has_name_text or cardinality(c.operation_ids) > ${maxOperationsPerTrace}
from (
  select trace_id,
         coalesce(min(nullif(start_unix_nano, 0)), 0) as start_unix_nano,
         max(start_unix_nano + greatest(duration_nano, 0)) as end_unix_nano,
         (array_agg(array[start_unix_nano, span_id, operation_id::bigint]
                    order by ${rootOrder}))[1:1] as roots,
         (array_agg(name_text order by ${rootOrder}))[1] as root_name_text,
         bool_and(parent_span_id <> 0) as root_provisional,
         count(*)::int as span_count,
         (count(*) filter (where status_code = 2))::int as error_count,
         (count(*) filter (where marks & ${markRunning} <> 0))::int as running_count,
         (count(*) filter (where marks & ${markModelCall} <> 0))::int as model_call_count,
         sum(input_tokens) filter (where marks & ${markTokensCounted} <> 0) as input_tokens,
         sum(output_tokens) filter (where marks & ${markTokensCounted} <> 0) as output_tokens,
         array_agg(distinct operation_id order by operation_id) as operation_ids,
         bool_or(marks & ${markNameText} <> 0) as has_name_text
  from otel.span_row
  where trace_id = any($1::uuid[]) and arrival_day >= $2
  group by trace_id
) c
where t.trace_id = c.trace_id`

/**
 * Counts the summaries of these traces anew from their rows, which this transaction has written and locked.
 * @param firstArrivalDay the first UTC day on which spans of any of them arrived
 */
export async function recountTraces(
  transaction: pg.ClientBase,
  traces: readonly TraceDraft[],
  firstArrivalDay: string,
): Promise<void> {
  const values = [`{${traces.map((trace) => formatUuid(trace.traceId)).join(',')}}`, firstArrivalDay]
  await transaction.query({ name: 'mark-calls', text: markSql, values })
  await transaction.query({ name: 'recount-traces', text: recountSql, values })
}
