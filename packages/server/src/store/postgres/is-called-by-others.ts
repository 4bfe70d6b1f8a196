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
const spansOfEach = 20

const operationsSql = `select id from otel.operation where service = $1 and kind = ${serverKind}`

const servedSql = `
select served.trace_id, served.parent_span_id
from unnest($1::uuid[]) as t (trace_id),
lateral (
  select s.trace_id, s.parent_span_id from otel.span_row s
  where s.trace_id = t.trace_id and s.arrival_day between $2::date and $3::date
    and s.parent_span_id <> 0 and s.operation_id = any($4::integer[])
  limit ${spansOfEach}
) served`

// Reads each trace once, where a join would read it for each of the spans.
const callersSql = `
select s.trace_id, s.span_id
from otel.span_row s
join otel.operation o on o.id = s.operation_id
where s.trace_id = any($1::uuid[]) and s.arrival_day between $2::date and $3::date and s.span_id = any($4::bigint[])
  and (o.kind = ${clientKind} or o.service <> $5)`

interface Served {
  readonly trace_id: string
  readonly parent_span_id: bigint
}

interface Caller {
  readonly trace_id: string
  readonly span_id: bigint
}

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
  const where = [
    `{${traces.map((trace) => trace.traceId).join(',')}}`,
    leastDay(traces.map((trace) => trace.firstArrivalDay)),
    greatestDay(traces.map((trace) => trace.lastArrivalDay)),
  ]
  const served = await queryCancellable<Served>(
    pool,
    { text: servedSql, values: [...where, toArrayLiteral(ids)], types: columnTypes },
    options?.signal,
  )
  if (served.rows.length === 0) return false
  const parents = toArrayLiteral(served.rows.map((row) => row.parent_span_id))
  const callers = await queryCancellable<Caller>(
    pool,
    { text: callersSql, values: [...where, parents, stored], types: columnTypes },
    options?.signal,
  )
  const wanted = new Set(served.rows.map((row) => `${row.trace_id} ${row.parent_span_id}`))
  return callers.rows.some((row) => wanted.has(`${row.trace_id} ${row.span_id}`))
}
