import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'

const findSql = `
select id, received_at from otel.ingestion_queue
where id = any($1::bigint[]) and arrival_day between $2::date and $3::date`

/**
 * When bodies were received, by body id.
 * @param days of arrival, `2026-11-23`, between which the bodies came
 */
export async function findReceivedAt(
  pool: pg.Pool,
  bodyIds: ReadonlySet<bigint>,
  days: { readonly first: string; readonly last: string },
  options?: ReadOptions,
): Promise<ReadonlyMap<bigint, Date>> {
  if (bodyIds.size === 0) return new Map()
  const query = {
    text: findSql,
    values: [toArrayLiteral([...bodyIds]), days.first, days.last],
    types: columnTypes,
  }
  const result = await queryCancellable<{ id: bigint; received_at: Date }>(pool, query, options?.signal)
  return new Map(result.rows.map((row) => [row.id, row.received_at]))
}
