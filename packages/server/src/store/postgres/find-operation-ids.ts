import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes, searchable } from './column-types.ts'

/** What a filter on service and name means in ids of otel.operation. */
export interface OperationFilter {
  /** Operations that match the whole filter. */
  readonly ids: readonly number[]
  /** Set when a name is looked for: spans whose name the dictionary did not take hold it as text … */
  readonly nameText?: string
  /** … and match when their operation, which has their service, is one of these; undefined: any. */
  readonly serviceIds?: readonly number[]
}

const findSql = {
  service: `select array_agg(id) as ids, null::integer[] as named from otel.operation where service = $1`,
  name: `select null::integer[] as ids, array_agg(id) as named from otel.operation where name = $1`,
  both: `
select array_agg(id) as ids, array_agg(id) filter (where name = $2) as named
from otel.operation where service = $1`,
}

interface Row {
  readonly ids: number[] | null
  readonly named: number[] | null
}

/**
 * Looks the ids up in a statement of their own: as constants in the next one they let the planner weigh a rare service
 * (the GIN index) against a common one (the newest traces in order).
 * @returns undefined when the query does not ask for a service or a name
 */
export async function findOperationIds(
  pool: pg.Pool,
  wanted: { readonly service?: string | undefined; readonly name?: string | undefined },
  options?: ReadOptions,
): Promise<OperationFilter | undefined> {
  const { service, name } = wanted
  if (service === undefined && name === undefined) return undefined
  const text = findSql[service === undefined ? 'name' : name === undefined ? 'service' : 'both']
  const values = [service, name].filter((value) => value !== undefined).map(searchable)
  const result = await queryCancellable<Row>(pool, { text, values, types: columnTypes }, options?.signal)
  const { ids, named } = result.rows[0]!
  if (name === undefined) return { ids: ids ?? [] }
  const nameText = searchable(name)
  return service === undefined
    ? { ids: named ?? [], nameText }
    : { ids: named ?? [], nameText, serviceIds: ids ?? [] }
}
