import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { Operation, ReadOptions } from '../trace-store.ts'
import { columnTypes, searchable } from './column-types.ts'
import { findListedTraces } from './find-listed-traces.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'

const clientKind = 3
const maxServiceChars = 256

// Bounds what one answer reads. Summaries are cheap, and a check of its health may bring hundreds in which it is the root;
// of the others it is called in most.
const newestSummaries = 1000
const newestTraces = 50
const spansOfEach = 20

const operationsSql = `select id from otel.operation where service = $1 and name = $2 and kind = $3::integer`

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

/** Whether others call the operation, as far as its newest traces tell. */
export async function isCalledByOthers(
  pool: pg.Pool,
  operation: Operation,
  options?: ReadOptions,
): Promise<boolean> {
  const service = searchable(operation.service.slice(0, maxServiceChars))
  const operations = await queryCancellable<{ id: number }>(
    pool,
    { text: operationsSql, values: [service, searchable(operation.name), operation.kind] },
    options?.signal,
  )
  const ids = operations.rows.map((row) => row.id)
  const summaries = await findListedTraces(pool, { limit: newestSummaries }, { ids }, options)
  const traces = summaries.filter(({ root }) => !isRoot(root, operation)).slice(0, newestTraces)
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
    { text: callersSql, values: [...where, parents, service], types: columnTypes },
    options?.signal,
  )
  const wanted = new Set(served.rows.map((row) => `${row.trace_id} ${row.parent_span_id}`))
  return callers.rows.some((row) => wanted.has(`${row.trace_id} ${row.span_id}`))
}

function isRoot(root: TraceSummary['root'], operation: Operation): boolean {
  return !root.provisional && root.name === operation.name && root.serviceName === operation.service
}
