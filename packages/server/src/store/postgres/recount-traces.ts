import type pg from 'pg'
import { spanIdOrderSql } from './id-columns.ts'
import { toTraceIdList } from './row-keys.ts'
import {
  callMarks,
  markEmbeddings,
  markLessTold,
  markModelCall,
  markNameText,
  markRunning,
  markTokensCounted,
} from './span-marks.ts'
import { maxOperationsPerTrace, type TraceDraft } from './trace-draft.ts'

const rootOrder = `parent_span_id <> 0, start_unix_nano = 0, start_unix_nano, ${spanIdOrderSql('span_id')}`

const decided = markTokensCounted | markLessTold

// What BatchCalls decides of a batch's calls, over the rows themselves: a call counts unless one directly inside it does, or
// stands for ones inside it. One that has none inside, and tells less than the one around it, gives way to that. Each stands
// at its own id and at its parent's, as in list-model-calls.ts, and for the same reason.
const markSql = `
with met as (
  select call.*, id, is_child, max(told) filter (where not is_child) over meeting as told_around,
         not is_child and bool_or(is_child) over meeting as has_inside
  from (
    select trace_id, span_id, parent_span_id, arrival_day, marks, marks & ${markEmbeddings} as kind,
           (input_tokens is not null)::int + 2 * (output_tokens is not null)::int as told
    from otel.span_row
    where trace_id = any($1::uuid[]) and arrival_day >= $2 and marks & ${callMarks} <> 0
      and (input_tokens is not null or output_tokens is not null)
  ) call, lateral (values (span_id, false), (parent_span_id, true)) as at (id, is_child)
  where not is_child or span_id <> parent_span_id
  window meeting as (partition by trace_id, id, kind)
), told as (
  select met.*, not bool_or(has_inside) over span
                and coalesce(bool_or(is_child and told_around & ~told <> 0) over span, false) as is_less
  from met
  window span as (partition by trace_id, span_id)
), wanted as (
  select told.*, case when is_less then ${markLessTold}
                      when bool_or(is_child and not is_less) over (partition by trace_id, id, kind) then 0
                      else ${markTokensCounted} end as decision
  from told
)
update otel.span_row s set marks = s.marks & ~${decided} | decision
from wanted
where not is_child and wanted.marks & ${decided} <> decision
  and s.trace_id = wanted.trace_id and s.span_id = wanted.span_id and s.arrival_day = wanted.arrival_day`

// The same merge as the upsert's, over the rows themselves. Rare: only where copies, or calls inside one another, contradict
// each other; what they only repeat is subtracted (subtract-surplus.ts).
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
  const values = [toTraceIdList(traces), firstArrivalDay]
  await transaction.query({ name: 'mark-calls', text: markSql, values })
  await transaction.query({ name: 'recount-traces', text: recountSql, values })
}
