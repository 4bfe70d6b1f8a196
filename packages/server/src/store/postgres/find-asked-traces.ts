import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { toKeptFingerprint } from '../../trace/fingerprint.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TraceQuery } from '../trace-store.ts'
import type { OperationFilter } from './find-operation-ids.ts'
import { selectTraces } from './select-traces.ts'
import {
  positionPredicates,
  summaryOfTrace,
  summaryPredicates,
  traceHasOperation,
  traceHasSpan,
  traceOrder,
  where,
  type Bind,
} from './trace-predicates.ts'

type AskedQuery = TraceQuery & { readonly fingerprint: string }
type Filter = OperationFilter | 'any'

// All traces of a question that was asked so seldom are collected and sorted.
const seldom = 5_000

// Of a question that was asked more often, a page is most likely found among so many of the newest traces.
const newestTraces = 10_000

/**
 * Traces that have a span with the fingerprint, newest start first. The planner cannot tell a question that is asked all the
 * time (the newest traces in order) from one that was asked once (the index of fingerprints), least of all in the partition
 * of today, so the number of its spans decides.
 *
 * 50 traces out of 454 000 (4.5 M spans, 30 days of partitions, embedded PostgreSQL 18.4, 2 cores shared with other work, from
 * Node), median in ms: never asked 1; asked once 3; 1 000 times 8; 12 600 times 60, and where other filters leave less than a
 * page of the newest 230: to collect costs up to 17 µs a trace, to walk the newest 6. A time that has no more traces than are
 * walked is never collected, however often the question was asked at other times.
 */
export async function findAskedTraces(
  pool: pg.Pool,
  wanted: AskedQuery,
  filter: Filter,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const query = { ...wanted, fingerprint: toKeptFingerprint(wanted.fingerprint) }
  const spans = await countSpans(pool, query.fingerprint, options)
  if (spans === 0) return []
  if (spans > seldom) {
    const newest = await selectTraces(pool, (bind) => pickNewest(query, filter, bind), options)
    if (newest.length >= query.limit || !(await hasMoreThanNewest(pool, query, options))) return newest
  }
  const days = await findDays(pool, query, options)
  return selectTraces(pool, (bind) => collect(query, filter, days, bind), options)
}

/** Stops counting behind `seldom`. */
async function countSpans(
  pool: pg.Pool,
  fingerprint: string,
  options: ReadOptions | undefined,
): Promise<number> {
  const text = `
select count(*)::integer as spans
from (select from otel.span_row where fingerprint = $1 limit ${seldom + 1}) as asked`
  const query = { text, values: [fingerprint] }
  return (await queryCancellable<{ spans: number }>(pool, query, options?.signal)).rows[0]!.spans
}

function pickNewest(query: AskedQuery, filter: Filter, bind: Bind): string {
  return `
  select t.* from (
    select t.* from otel.trace_summary t
    ${where(positionPredicates(query, bind))}
    order by ${traceOrder} limit ${newestTraces}) t
  ${where([...others(query, filter, bind), traceHasSpan(`s.fingerprint = ${bind(query.fingerprint)}`)])}
  order by ${traceOrder} limit ${bind(query.limit)}::bigint`
}

/** Whether there are traces behind those that pickNewest looks through. */
async function hasMoreThanNewest(
  pool: pg.Pool,
  query: AskedQuery,
  options: ReadOptions | undefined,
): Promise<boolean> {
  const values: unknown[] = []
  const positions = where(positionPredicates(query, (value) => `$${values.push(value)}`))
  const text = `select from otel.trace_summary t ${positions} order by ${traceOrder} offset ${newestTraces} limit 1`
  return (await queryCancellable(pool, { text, values }, options?.signal)).rows.length > 0
}

interface Days {
  readonly first: string | null
  readonly last: string | null
}

/** Where the spans lie of traces that start behind a time; undefined: nothing is asked that would leave out any day. */
async function findDays(
  pool: pg.Pool,
  query: AskedQuery,
  options: ReadOptions | undefined,
): Promise<Days | undefined> {
  if (query.fromUnixNano === undefined) return undefined
  const values: unknown[] = []
  const text = `
select min(t.first_arrival_day)::text as first, max(t.last_arrival_day)::text as last
from otel.trace_summary t ${where(positionPredicates(query, (value) => `$${values.push(value)}`))}`
  return (await queryCancellable<Days>(pool, { text, values }, options?.signal)).rows[0]
}

function collect(query: AskedQuery, filter: Filter, days: Days | undefined, bind: Bind): string {
  const asks = [`s.fingerprint = ${bind(query.fingerprint)}`]
  if (days !== undefined)
    asks.push(`s.arrival_day between ${bind(days.first)}::date and ${bind(days.last)}::date`)
  return `
  select t.* from (select distinct s.trace_id from otel.span_row s ${where(asks)}) asked,
  lateral (${summaryOfTrace('asked.trace_id')}) t
  ${where([...positionPredicates(query, bind), ...others(query, filter, bind)])}
  order by ${traceOrder} limit ${bind(query.limit)}::bigint`
}

function others(query: AskedQuery, filter: Filter, bind: Bind): string[] {
  const predicates = summaryPredicates(query, bind)
  return filter === 'any' ? predicates : [...predicates, traceHasOperation(filter, bind)]
}
