import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { parseTraceId } from '../../trace/ids.ts'
import type { ModelCall, ReadOptions } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { callColumnsSql, decideCallsSql, isCallSql, isSilentCallSql } from './decide-calls.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'
import { spanIdOfBigint, spanIdOrderSql, traceIdOfUuid } from './id-columns.ts'
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

const listSql = `
with call as (
  select ${callColumnsSql}
  from otel.span_row s
  where s.trace_id = any($1::uuid[]) and s.arrival_day between $2::date and $3::date
    and ${isCallSql}
), ${decideCallsSql('call')}, listed as (
  select decided.*, row_number() over (partition by trace_id
                                       order by start_unix_nano, ${spanIdOrderSql('span_id')}) as place
  from decided
  where not is_child and (counts or ${isSilentCallSql})
)
select * from listed where place <= $4::bigint order by trace_id, place`

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
