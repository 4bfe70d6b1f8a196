import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TraceQuery } from '../trace-store.ts'
import { clampToBigint, columnTypes } from './column-types.ts'
import { findOperationIds, type OperationFilter } from './find-operation-ids.ts'
import { toTraceSummary, traceColumns, type TraceRow } from './trace-row.ts'

type Bind = (value: unknown) => string

/** Traces that match, newest start first, behind `query.after`. */
export async function findTraces(
  pool: pg.Pool,
  query: TraceQuery,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const filter = await findOperationIds(pool, query, options)
  // No operation of that service: it never sent a span.
  if (
    filter !== undefined &&
    filter.ids.length === 0 &&
    !((filter.serviceIds ?? [0]).length > 0 && filter.nameText !== undefined)
  )
    return []
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
  if (to !== undefined && to === clampToBigint(to)) predicates.push(`t.start_unix_nano < ${bind(to)}::bigint`)
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
function operationPredicates(filter: OperationFilter, bind: Bind): string[][] {
  const ids = bind(filter.ids)
  const spanMatches = [`s.operation_id = any(${ids}::integer[])`]
  if (filter.nameText !== undefined) {
    const ofService =
      filter.serviceIds === undefined ? '' : `and s.operation_id = any(${bind(filter.serviceIds)}::integer[])`
    spanMatches[0] += ' and s.marks & 2 = 0'
    spanMatches.push(`s.name_text = ${bind(filter.nameText)} ${ofService}`)
  }
  const listed = `t.operation_ids && ${ids}::integer[]`
  return [
    [listed],
    [
      't.operations_truncated',
      `not ${listed}`,
      `exists (select from otel.span_row s
        where s.trace_id = t.trace_id and s.arrival_day between t.first_arrival_day and t.last_arrival_day
          and (${spanMatches.map((match) => `(${match})`).join(' or ')}))`,
    ],
  ]
}
