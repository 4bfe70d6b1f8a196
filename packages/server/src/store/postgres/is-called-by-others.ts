import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes, searchable } from './column-types.ts'
import { findListedTraces } from './find-listed-traces.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'

const serverKind = 2
const clientKind = 3
const maxServiceChars = 256

// Bounds what one answer reads: a service that answers others does so in most of its traces.
const newestTraces = 50
const spansOfEach = 200

const operationsSql = `select id from otel.operation where service = $1 and kind = ${serverKind}`

const findSql = `
select true
from unnest($1::uuid[]) as t (trace_id),
lateral (
  select s.trace_id, s.parent_span_id from otel.span_row s
  where s.trace_id = t.trace_id and s.arrival_day between $2::date and $3::date
    and s.parent_span_id <> 0 and s.operation_id = any($4::integer[])
  limit ${spansOfEach}
) served
join otel.span_row parent on parent.trace_id = served.trace_id and parent.span_id = served.parent_span_id
  and parent.arrival_day between $2::date and $3::date
join otel.operation o on o.id = parent.operation_id
where o.kind = ${clientKind} or o.service <> $5
limit 1`

/** Whether others call the service, as far as its newest traces tell. */
export async function isCalledByOthers(
  pool: pg.Pool,
  service: string,
  options?: ReadOptions,
): Promise<boolean> {
  const stored = searchable(service.slice(0, maxServiceChars))
  const operations = await queryCancellable<{ id: number }>(
    pool,
    { text: operationsSql, values: [stored] },
    options?.signal,
  )
  const ids = operations.rows.map((row) => row.id)
  const traces = await findListedTraces(pool, { limit: newestTraces }, { ids }, options)
  if (traces.length === 0) return false
  const query = {
    text: findSql,
    values: [
      `{${traces.map((trace) => trace.traceId).join(',')}}`,
      leastDay(traces.map((trace) => trace.firstArrivalDay)),
      greatestDay(traces.map((trace) => trace.lastArrivalDay)),
      toArrayLiteral(ids),
      stored,
    ],
    types: columnTypes,
  }
  return (await queryCancellable(pool, query, options?.signal)).rows.length > 0
}
