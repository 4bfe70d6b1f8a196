import { toArrayLiteral } from '../../postgres/array-literal.ts'
import type { TracePosition, TraceQuery } from '../trace-store.ts'
import { clampToBigint, greatestBigint } from './column-types.ts'
import type { OperationFilter } from './find-operation-ids.ts'
import { markNameText } from './span-marks.ts'

/** Adds a parameter to the statement. @returns its place, `$3` */
export type Bind = (value: unknown) => string

export const traceOrder = 't.start_unix_nano desc, t.trace_id desc'

/** What a query asks of `t` (otel.trace_summary) that the index on (start, trace id) answers. */
export function positionPredicates(query: TraceQuery, bind: Bind): string[] {
  const predicates: string[] = []
  const { fromUnixNano: from, toUnixNano: to, after } = query
  if (from !== undefined) predicates.push(`t.start_unix_nano >= ${bind(clampToBigint(from))}::bigint`)
  // A time beyond bigint is stored as the greatest one, so an end beyond it excludes nothing.
  if (to !== undefined && to <= greatestBigint) {
    predicates.push(`t.start_unix_nano < ${bind(clampToBigint(to))}::bigint`)
  }
  if (after !== undefined) predicates.push(`(t.start_unix_nano, t.trace_id) < ${positionSql(after, bind)}`)
  return predicates
}

/** A place in the order of traces, to be compared with (t.start_unix_nano, t.trace_id). */
export function positionSql(position: TracePosition, bind: Bind): string {
  return `(${bind(clampToBigint(position.startUnixNano))}::bigint, ${bind(position.traceId)}::uuid)`
}

/** What a query asks of a summary beyond its position and its operations. */
export function summaryPredicates(query: TraceQuery, bind: Bind): string[] {
  const predicates: string[] = []
  const { minDurationNano: min, maxDurationNano: max } = query
  if (query.status === 'error') predicates.push('t.error_count > 0')
  if (query.status === 'ok') predicates.push('t.error_count = 0')
  if (min !== undefined) predicates.push(`${durationSql} >= ${bind(min)}::numeric`)
  if (max !== undefined) predicates.push(`${durationSql} <= ${bind(max)}::numeric`)
  return predicates
}

// numeric, because the difference of two bigints may not be one.
const durationSql = '(t.end_unix_nano::numeric - t.start_unix_nano)'

/** The summary lists one of these operations. */
export function listsOperation(ids: readonly number[], bind: Bind): string {
  return `t.operation_ids && ${bind(toArrayLiteral(ids))}::integer[]`
}

/** The span `s` has an operation of the filter, or the name that the dictionary has not. */
export function spanHasOperation({ ids, name }: OperationFilter, bind: Bind): string {
  const isOf = (operations: readonly number[]): string =>
    `s.operation_id = any(${bind(toArrayLiteral(operations))}::integer[])`
  if (name === undefined) return isOf(ids)
  const isNamed = `s.name_text = ${bind(name.text)}`
  const ofService = name.serviceIds === undefined ? '' : ` and ${isOf(name.serviceIds)}`
  return `${isOf(ids)} and s.marks & ${markNameText} = 0 or ${isNamed}${ofService}`
}

/** A span of `t` has an operation of the filter: by what the summary lists, and by the spans where that is not all. */
export function traceHasOperation(filter: OperationFilter, bind: Bind): string {
  const listed = listsOperation(filter.ids, bind)
  const proof = filter.name?.isNameless === true ? `${listed} and not t.operations_truncated` : listed
  return `(${proof} or t.operations_truncated and ${traceHasSpan(spanHasOperation(filter, bind))})`
}

/** `t` has a span `s` that matches. A scalar subquery stops at the first one, and is never turned into a join. */
export function traceHasSpan(spanMatches: string): string {
  return `(select true from otel.span_row s
       where s.trace_id = t.trace_id and s.arrival_day between t.first_arrival_day and t.last_arrival_day
         and (${spanMatches}) limit 1)`
}

/**
 * Looks the summary of one trace up, by its id and by nothing else: an offset lets no other predicate in. The planner would go
 * through all traces of a time, once for each that is looked up, where it believes that time to be empty: it does when one
 * client's clock is years ahead and the newest traces came after the last analyze.
 */
export function summaryOfTrace(traceId: string): string {
  return `select * from otel.trace_summary where trace_id = ${traceId} offset 0`
}

export function where(predicates: readonly string[]): string {
  return predicates.length === 0 ? '' : `where ${predicates.join(' and ')}`
}
