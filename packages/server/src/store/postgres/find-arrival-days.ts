import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import { parseTraceId } from '../../trace/ids.ts'
import type { ReadOptions } from '../trace-store.ts'

/** The partitions that hold a trace's spans: `2026-11-23`, both included. */
export interface ArrivalDays {
  readonly first: string
  readonly last: string
}

/** Of days as `2026-11-23`, at least one. */
export function leastDay(days: readonly string[]): string {
  return days.reduce((least, day) => (day < least ? day : least))
}

export function greatestDay(days: readonly string[]): string {
  return days.reduce((greatest, day) => (day > greatest ? day : greatest))
}

const findSql = `
select first_arrival_day::text as first, last_arrival_day::text as last
from otel.trace_summary where trace_id = $1`

/**
 * Runs `read` with the days on which spans of the trace arrived, so that its statement plans those partitions only:
 * 0.2 ms with 92 partitions, where a statement that looked the days up by itself planned all of them in 4 ms.
 * A finished span that takes the place of a running one may move to a later day between the two statements, and would
 * be missed: when the days have changed meanwhile, `read` runs again.
 * @returns undefined when the trace is unknown
 */
export async function withArrivalDays<T>(
  pool: pg.Pool,
  traceId: string,
  options: ReadOptions | undefined,
  read: (days: ArrivalDays, traceId: string) => Promise<T>,
): Promise<T | undefined> {
  const id = parseTraceId(traceId)
  if (id === undefined) return undefined
  let days = await findArrivalDays(pool, id, options)
  while (days !== undefined) {
    const result = await read(days, id)
    const now = await findArrivalDays(pool, id, options)
    if (now?.first === days.first && now.last === days.last) return result
    days = now
  }
  return undefined
}

async function findArrivalDays(
  pool: pg.Pool,
  traceId: string,
  options: ReadOptions | undefined,
): Promise<ArrivalDays | undefined> {
  const result = await queryCancellable<ArrivalDays>(
    pool,
    { text: findSql, values: [traceId] },
    options?.signal,
  )
  return result.rows[0]
}
