import { toArrayLiteral } from '../../postgres/array-literal.ts'
import type { TracePosition, TraceQuery } from '../trace-store.ts'
import { clampToBigint, greatestBigint } from './column-types.ts'

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

export function where(predicates: readonly string[]): string {
  return predicates.length === 0 ? '' : `where ${predicates.join(' and ')}`
}
