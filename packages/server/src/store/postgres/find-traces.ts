import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TraceQuery } from '../trace-store.ts'
import { clampToBigint, columnTypes, greatestBigint } from './column-types.ts'
import { findOperationIds, type NameFilter, type OperationFilter } from './find-operation-ids.ts'
import { toTraceSummary, traceColumns, type TraceRow } from './trace-row.ts'

type Bind = (value: unknown) => string

/** Traces that match, newest start first, behind `query.after`. */
export async function findTraces(
  pool: pg.Pool,
  query: TraceQuery,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const asksOperation = query.service !== undefined || query.name !== undefined
  const filter = asksOperation ? await findOperationIds(pool, query, options) : undefined
  if (asksOperation && filter === undefined) return []
  const values: unknown[] = []
  const text = findSql(query, filter, (value) => `$${values.push(value)}`)
  const result = await queryCancellable<TraceRow>(pool, { text, values, types: columnTypes }, options?.signal)
  return result.rows.map(toTraceSummary)
}

// The page is cut first and joined to the names of its roots then. With a filter on operations it is cut from two
// halves, which the planner weighs apart: traces whose list of operations shows the match, and the few whose list is
// cut short, of which the spans are asked.
function findSql(query: TraceQuery, filter: OperationFilter | undefined, bind: Bind): string {
  const predicates = summaryPredicates(query, bind)
  const limit = bind(query.limit)
  const page = (more: readonly string[]): string => selectPage([...predicates, ...more], limit)
  return `
select ${traceColumns}
from (
  ${filter === undefined ? page([]) : operationPredicates(filter, bind).map(page).join('\n  union all\n  ')}
) t
join otel.operation o on o.id = t.root_operation_id
order by t.start_unix_nano desc, t.trace_id desc
limit ${limit}::bigint`
}

function selectPage(predicates: readonly string[], limit: string): string {
  const where = predicates.length === 0 ? '' : `where ${predicates.join('\n      and ')}`
  return `(select t.* from otel.trace_summary t
    ${where}
    order by t.start_unix_nano desc, t.trace_id desc limit ${limit}::bigint)`
}

function summaryPredicates(query: TraceQuery, bind: Bind): string[] {
  const predicates: string[] = []
  const { fromUnixNano: from, toUnixNano: to, minDurationNano: min, maxDurationNano: max, after } = query
  if (from !== undefined) predicates.push(`t.start_unix_nano >= ${bind(clampToBigint(from))}::bigint`)
  // A time beyond bigint is stored as the greatest one, so an end beyond it excludes nothing.
  if (to !== undefined && to <= greatestBigint) {
    predicates.push(`t.start_unix_nano < ${bind(clampToBigint(to))}::bigint`)
  }
  if (query.status === 'error') predicates.push('t.error_count > 0')
  if (query.status === 'ok') predicates.push('t.error_count = 0')
  if (min !== undefined) predicates.push(`${durationSql} >= ${bind(min)}::numeric`)
  if (max !== undefined) predicates.push(`${durationSql} <= ${bind(max)}::numeric`)
  if (after !== undefined) {
    const start = bind(clampToBigint(after.startUnixNano))
    predicates.push(`(t.start_unix_nano, t.trace_id) < (${start}::bigint, ${bind(after.traceId)}::uuid)`)
  }
  return predicates
}

// numeric, because the difference of two bigints may not be one.
const durationSql = '(t.end_unix_nano::numeric - t.start_unix_nano)'

/** One list of predicates a half. */
function operationPredicates({ ids, name }: OperationFilter, bind: Bind): string[][] {
  const idsSql = `${bind(toArrayLiteral(ids))}::integer[]`
  const listed = `t.operation_ids && ${idsSql}`
  const inSpans = `exists (select from otel.span_row s
        where s.trace_id = t.trace_id and s.arrival_day between t.first_arrival_day and t.last_arrival_day
          and (${spanMatches(idsSql, name, bind)}))`
  const truncated = ['t.operations_truncated', inSpans]
  if (ids.length === 0) return [truncated]
  const proof = name?.isNameless === true ? [`(not t.operations_truncated or ${inSpans})`] : []
  return [
    [listed, ...proof],
    [...truncated, `not ${listed}`],
  ]
}

function spanMatches(idsSql: string, name: NameFilter | undefined, bind: Bind): string {
  const byId = `s.operation_id = any(${idsSql})`
  if (name === undefined) return byId
  const { text, serviceIds } = name
  const ofService =
    serviceIds === undefined
      ? ''
      : ` and s.operation_id = any(${bind(toArrayLiteral(serviceIds))}::integer[])`
  return `${byId} and s.marks & 2 = 0 or s.name_text = ${bind(text)}${ofService}`
}
