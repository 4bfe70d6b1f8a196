import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions, TraceBody } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { withArrivalDays } from './find-arrival-days.ts'

const findSql = `
select body_id, arrival_day, count(*)::integer as span_count
from otel.span_row
where trace_id = $1 and arrival_day between $2::date and $3::date
group by arrival_day, body_id
order by arrival_day, body_id`

interface Row {
  readonly body_id: bigint
  readonly arrival_day: string
  readonly span_count: number
}

/** The bodies that hold spans of a trace, in order of arrival; none when the trace is unknown. */
export async function findTraceBodies(
  pool: pg.Pool,
  traceId: string,
  options?: ReadOptions,
): Promise<readonly TraceBody[]> {
  const rows = await withArrivalDays(pool, traceId, options, async (days, id) => {
    const query = { text: findSql, values: [id, days.first, days.last], types: columnTypes }
    const result = await queryCancellable<Row>(pool, query, options?.signal)
    return result.rows
  })
  return (rows ?? []).map((row) => ({
    bodyId: row.body_id,
    arrivalDay: row.arrival_day,
    spanCount: row.span_count,
  }))
}
