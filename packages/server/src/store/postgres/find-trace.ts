import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { parseTraceId } from '../../trace/ids.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { toTraceSummaries, traceColumns, type TraceRow } from './trace-row.ts'

const findSql = `
select ${traceColumns}
from otel.trace_summary t
join otel.operation o on o.id = t.root_operation_id
where t.trace_id = $1`

/** @returns undefined when the trace is unknown, or the text is no trace id */
export async function findTrace(
  pool: pg.Pool,
  traceId: string,
  options?: ReadOptions,
): Promise<TraceSummary | undefined> {
  const id = parseTraceId(traceId)
  if (id === undefined) return undefined
  const query = { text: findSql, values: [id], types: columnTypes }
  const result = await queryCancellable<TraceRow>(pool, query, options?.signal)
  return (await toTraceSummaries(pool, result.rows, () => true, options))[0]
}
