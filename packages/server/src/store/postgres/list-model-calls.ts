import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { parseTraceId } from '../../trace/ids.ts'
import type { ModelCall, ReadOptions } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'
import { spanIdOfBigint, spanIdOrderSql, traceIdOfUuid } from './id-columns.ts'
import { callMarks, markEmbeddings, markTokensCounted } from './span-marks.ts'
import { toTokenCounts, type TokenColumns } from './token-columns.ts'
import type { TermId, TermReader } from './term-reader.ts'

// Only traces that can have one: else a giant trace without any is read to its end for nothing.
const findTracesSql = `
select trace_id, first_arrival_day as first, last_arrival_day as last
from otel.trace_summary
where trace_id = any($1::uuid[])
  and (model_call_count > 0 or input_tokens is not null or output_tokens is not null)`

interface TraceDays {
  readonly trace_id: string
  readonly first: string
  readonly last: string
}

const isCall = `s.marks & ${callMarks} <> 0`
const tellsTokens = (row: string): string =>
  `(${row}.input_tokens is not null or ${row}.output_tokens is not null)`

// A call that told tokens is the one that is counted. One that did not is the same call as the model call directly
// around it that is counted, or as the one directly inside it, whichever there is.
const listSql = `
with call as (
  select s.* from otel.span_row s
  where s.trace_id = any($1::uuid[]) and s.arrival_day between $2::date and $3::date and ${isCall}
)
select c.* from unnest($1::uuid[]) as t (trace_id),
lateral (
  select c.trace_id, c.span_id, c.start_unix_nano, c.input_tokens, c.output_tokens, c.cache_read_tokens,
         c.cache_write_tokens, c.reasoning_tokens, c.gen_ai_operation_id, c.provider_id, c.request_model_id,
         c.response_model_id
  from call c
  where c.trace_id = t.trace_id and (c.marks & ${markTokensCounted} <> 0 or not ${tellsTokens('c')})
    and (${tellsTokens('c')} or not exists (
      select from call other
      where other.trace_id = c.trace_id and other.span_id <> c.span_id
        and (other.marks # c.marks) & ${markEmbeddings} = 0
        and (other.parent_span_id = c.span_id
          or other.span_id = c.parent_span_id and other.marks & ${markTokensCounted} <> 0)))
  order by c.start_unix_nano, ${spanIdOrderSql('c.span_id')}
  limit $4::bigint
) c
order by c.trace_id, c.start_unix_nano, ${spanIdOrderSql('c.span_id')}`

interface Row extends TokenColumns {
  readonly trace_id: string
  readonly span_id: bigint
  readonly start_unix_nano: bigint
  readonly gen_ai_operation_id: TermId
  readonly provider_id: TermId
  readonly request_model_id: TermId
  readonly response_model_id: TermId
}

/** Model calls of these traces, each once, by trace; at most `page.limit` of each. */
export async function listModelCalls(
  pool: pg.Pool,
  terms: TermReader,
  traceIds: readonly string[],
  page: { limit: number },
  options?: ReadOptions,
): Promise<ReadonlyMap<string, readonly ModelCall[]>> {
  const ids = traceIds.map(parseTraceId).filter((id) => id !== undefined)
  const traces = await findTraces(pool, ids, options)
  if (traces.length === 0) return new Map()
  const config = {
    text: listSql,
    values: [
      `{${traces.map((trace) => trace.trace_id).join(',')}}`,
      leastDay(traces.map((trace) => trace.first)),
      greatestDay(traces.map((trace) => trace.last)),
      page.limit,
    ],
    types: columnTypes,
  }
  const { rows } = await queryCancellable<Row>(pool, config, options?.signal)
  const text = await terms.load(
    rows.flatMap((row) => [
      row.gen_ai_operation_id,
      row.provider_id,
      row.request_model_id,
      row.response_model_id,
    ]),
    options,
  )
  const calls = rows.map((row) => ({
    traceId: traceIdOfUuid(row.trace_id),
    spanId: spanIdOfBigint(row.span_id),
    startUnixNano: row.start_unix_nano,
    ...toTokenCounts(row),
    operation: text(row.gen_ai_operation_id),
    provider: text(row.provider_id),
    requestModel: text(row.request_model_id),
    responseModel: text(row.response_model_id),
  }))
  return Map.groupBy(calls, (call) => call.traceId)
}

async function findTraces(
  pool: pg.Pool,
  traceIds: readonly string[],
  options: ReadOptions | undefined,
): Promise<readonly TraceDays[]> {
  if (traceIds.length === 0) return []
  const query = { text: findTracesSql, values: [`{${traceIds.join(',')}}`], types: columnTypes }
  return (await queryCancellable<TraceDays>(pool, query, options?.signal)).rows
}
