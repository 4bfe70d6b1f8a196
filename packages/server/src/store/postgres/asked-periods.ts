import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { AskedPeriods } from '../fingerprint-ranking.ts'
import type { ReadOptions } from '../trace-store.ts'
import { clampToBigint } from './column-types.ts'
import { findOperationIds, type OperationFilter } from './find-operation-ids.ts'
import { traceHasOperation, type Bind } from './trace-predicates.ts'

/** Both periods, as statements ask for them. */
export interface AskedScope {
  readonly periods: AskedPeriods
  readonly filter: OperationFilter | undefined
  /** Where spans of their traces lie: `2026-11-23`, both included. */
  readonly firstDay: string
  readonly lastDay: string
}

const daysSql = `
select min(first_arrival_day)::text as first, max(last_arrival_day)::text as last
from otel.trace_summary where start_unix_nano >= $1::bigint and start_unix_nano < $2::bigint`

/**
 * Looks up what the next statement is given as constants: so it plans the partitions that it reads, and no others.
 * @returns undefined when no trace lies in the periods
 */
export async function findAskedScope(
  pool: pg.Pool,
  periods: AskedPeriods,
  options?: ReadOptions,
): Promise<AskedScope | undefined> {
  const { service, previousFromUnixNano, toUnixNano } = periods
  const filter = service === undefined ? undefined : await findOperationIds(pool, { service }, options)
  if (service !== undefined && filter === undefined) return undefined
  const values = [clampToBigint(previousFromUnixNano), clampToBigint(toUnixNano)]
  const found = await queryCancellable<{ first: string | null; last: string | null }>(
    pool,
    { text: daysSql, values },
    options?.signal,
  )
  const { first, last } = found.rows[0]!
  return first === null || last === null ? undefined : { periods, filter, firstDay: first, lastDay: last }
}

/** Of `t` (otel.trace_summary): it lies in one of the periods, and has a span of the service. */
export function tracePredicates({ periods, filter }: AskedScope, bind: Bind): string[] {
  return [
    `t.start_unix_nano >= ${bind(clampToBigint(periods.previousFromUnixNano))}::bigint`,
    `t.start_unix_nano < ${bind(clampToBigint(periods.toUnixNano))}::bigint`,
    ...(filter === undefined ? [] : [traceHasOperation(filter, bind)]),
  ]
}

/** Of `s` (otel.span_row): it may be one of such a trace. */
export function dayPredicate({ firstDay, lastDay }: AskedScope, bind: Bind): string {
  return `s.arrival_day between ${bind(firstDay)}::date and ${bind(lastDay)}::date`
}
