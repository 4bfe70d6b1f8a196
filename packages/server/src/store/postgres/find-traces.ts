import type pg from 'pg'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TraceQuery } from '../trace-store.ts'
import { findListedTraces } from './find-listed-traces.ts'
import { findOperationIds } from './find-operation-ids.ts'
import { findTruncatedTraces } from './find-truncated-traces.ts'
import { selectTraces } from './select-traces.ts'
import { positionPredicates, summaryPredicates, traceOrder, where } from './trace-predicates.ts'

/**
 * Traces that match, newest start first, behind `query.after`.
 *
 * A filter on service or name is answered from the operations that summaries list; the few traces that have more
 * operations than a summary lists, or names beyond the dictionary, are found by asking their spans.
 */
export async function findTraces(
  pool: pg.Pool,
  query: TraceQuery,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  if (query.service === undefined && query.name === undefined) return findAnyTraces(pool, query, options)
  const filter = await findOperationIds(pool, query, options)
  if (filter === undefined) return []
  const listed = await findListedTraces(pool, query, filter, options)
  const behind = listed.length >= query.limit ? listed.at(-1) : undefined
  const truncated = await findTruncatedTraces(pool, query, filter, behind, options)
  return truncated.length === 0 ? listed : [...listed, ...truncated].sort(newestFirst).slice(0, query.limit)
}

function findAnyTraces(
  pool: pg.Pool,
  query: TraceQuery,
  options: ReadOptions | undefined,
): Promise<readonly TraceSummary[]> {
  return selectTraces(
    pool,
    (bind) => `
  select t.* from otel.trace_summary t
  ${where([...positionPredicates(query, bind), ...summaryPredicates(query, bind)])}
  order by ${traceOrder} limit ${bind(query.limit)}::bigint`,
    options,
  )
}

function newestFirst(a: TraceSummary, b: TraceSummary): number {
  if (a.startUnixNano !== b.startUnixNano) return a.startUnixNano < b.startUnixNano ? 1 : -1
  return a.traceId < b.traceId ? 1 : -1
}
