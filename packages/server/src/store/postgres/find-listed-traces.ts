import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TraceQuery } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import type { OperationFilter } from './find-operation-ids.ts'
import { selectTraces } from './select-traces.ts'
import {
  listsOperation,
  positionPredicates,
  summaryPredicates,
  traceOrder,
  where,
  type Bind,
} from './trace-predicates.ts'

// The newest traces in order are the way to a common operation, the GIN index to a rare one, and the planner cannot
// tell: to PostgreSQL an element outside its list of common ones is half as frequent as the last one on it, which made
// 2 000 traces out of 20 and a scan of the whole table (200 000 traces: 65 ms instead of 1). So a look at the newest
// ones decides. Walking them costs 0.3 µs a trace, the GIN index about 2 µs a match; with 10 million traces the two
// meet at one match in about 1 200.
const sampledTraces = 10_000
const rareMatches = 8

/** Traces whose summary lists an operation of the filter. */
export async function findListedTraces(
  pool: pg.Pool,
  query: TraceQuery,
  filter: OperationFilter,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  if (filter.ids.length === 0) return []
  const recent = await selectTraces(pool, (bind) => pickRecent(query, filter, bind), options)
  if (recent.length >= query.limit) return recent
  const sample = await readSample(pool, query, filter, options)
  if (sample.traces < sampledTraces) return recent
  // Adding 0 takes the order from the index, so that the matches are collected first and sorted then.
  const order = sample.matches < rareMatches ? 't.start_unix_nano + 0 desc, t.trace_id desc' : traceOrder
  return selectTraces(
    pool,
    (bind) => `
  select t.* from otel.trace_summary t
  ${where([...positionPredicates(query, bind), ...summaryPredicates(query, bind), ...matches(filter, bind)])}
  order by ${order} limit ${bind(query.limit)}::bigint`,
    options,
  )
}

function matches(filter: OperationFilter, bind: Bind): string[] {
  const listed = listsOperation(filter.ids, bind)
  // Then the operation proves nothing, and findTruncatedTraces asks the spans.
  return filter.name?.isNameless === true ? [listed, 'not t.operations_truncated'] : [listed]
}

function selectSample(query: TraceQuery, bind: Bind): string {
  return `select t.* from otel.trace_summary t
    ${where(positionPredicates(query, bind))}
    order by ${traceOrder} limit ${sampledTraces}`
}

function pickRecent(query: TraceQuery, filter: OperationFilter, bind: Bind): string {
  return `
  select t.* from (${selectSample(query, bind)}) t
  ${where([...summaryPredicates(query, bind), ...matches(filter, bind)])}
  order by ${traceOrder} limit ${bind(query.limit)}::bigint`
}

interface Sample {
  readonly traces: number
  readonly matches: number
}

async function readSample(
  pool: pg.Pool,
  query: TraceQuery,
  filter: OperationFilter,
  options: ReadOptions | undefined,
): Promise<Sample> {
  const values: unknown[] = []
  const bind: Bind = (value) => `$${values.push(value)}`
  const text = `
select count(*)::integer as traces, (count(*) filter (where ${listsOperation(filter.ids, bind)}))::integer as matches
from (${selectSample(query, bind)}) t`
  const result = await queryCancellable<Sample>(pool, { text, values, types: columnTypes }, options?.signal)
  return result.rows[0]!
}
