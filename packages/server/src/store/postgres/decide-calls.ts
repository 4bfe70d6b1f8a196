import { callMarks, markEmbeddings, markTokensCounted } from './span-marks.ts'

/** Of `s` (otel.span_row): it tells of a model call. */
export const isCallSql = `s.marks & ${callMarks} <> 0`

/** Of such an `s`: what is told of the call, and what decides whether it is listed. */
export const callColumnsSql = `s.trace_id, s.span_id, s.parent_span_id, s.start_unix_nano, s.input_tokens, s.output_tokens,
         s.cache_read_tokens, s.cache_write_tokens, s.reasoning_tokens, s.gen_ai_operation_id, s.provider_id,
         s.request_model_id, s.response_model_id, s.marks & ${markTokensCounted} <> 0 as counts,
         s.marks & ${markEmbeddings} as kind, s.input_tokens is not null or s.output_tokens is not null as tells`

/**
 * CTEs `met` and `decided`, which tell the spans of one model call from one another. A call that told tokens is listed if it
 * is counted. One that did not is the same call as the model call directly inside it, or as the one directly around it
 * that is counted. Each call stands at its own id and at its parent's, so that those related meet there and are sorted
 * together: a join goes wrong with its estimate, and a trace may have any number of them (100 000 without tokens: minutes
 * instead of a second).
 * @param calls a CTE of all calls of its traces, with these columns
 */
export const decideCallsSql = (calls: string): string => `met as (
  select call.*, is_child, bool_or(is_child) over meeting as has_inside,
         bool_or(not is_child and counts) over meeting as has_counted
  from ${calls} call, lateral (values (span_id, false), (parent_span_id, true)) as at (id, is_child)
  where not is_child or span_id <> parent_span_id
  window meeting as (partition by trace_id, id, kind)
), decided as (
  select met.*, bool_or(is_child and has_counted) over (partition by trace_id, span_id) as is_inside from met
)`

/** Of `decided`: a call that told no tokens, and that no other span tells of. */
export const isSilentCallSql = 'not tells and not has_inside and not is_inside'
