import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { traceOrder, type Bind } from './trace-predicates.ts'
import { isRunning, toTraceSummaries, traceColumns, type TraceRow } from './trace-row.ts'

/**
 * Runs a statement that cuts a page out of otel.trace_summary, and gives its traces the names of their roots.
 * @param page the statement, which binds its parameters
 */
export async function selectTraces(
  pool: pg.Pool,
  page: (bind: Bind) => string,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const values: unknown[] = []
  const text = `
select ${traceColumns}
from (${page((value) => `$${values.push(value)}`)}) t
join otel.operation o on o.id = t.root_operation_id
order by ${traceOrder}`
  const result = await queryCancellable<TraceRow>(pool, { text, values, types: columnTypes }, options?.signal)
  return toTraceSummaries(pool, result.rows, isRunning, options)
}
