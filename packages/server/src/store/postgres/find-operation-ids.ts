import type pg from 'pg'
import { readText } from '../../otlp/text.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions } from '../trace-store.ts'
import { columnTypes, searchable } from './column-types.ts'

/** What a filter on service and name means in ids of otel.operation. */
export interface OperationFilter {
  /** Operations that match the whole filter. */
  readonly ids: readonly number[]
  readonly name?: NameFilter
}

/** How to find the spans whose name the dictionary did not take; their operation is the nameless one of their service. */
export interface NameFilter {
  /** The name as span_row.name_text has it. */
  readonly text: string
  /** Operations of the service; undefined: any service. */
  readonly serviceIds: readonly number[] | undefined
  /** The filter's `ids` are those of nameless operations, so that they prove no match. */
  readonly isNameless: boolean
}

// As the writer cuts them: a service to so many characters, the name in a row to so many bytes.
const maxServiceChars = 256
const maxNameTextBytes = 1024

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
 * @returns undefined when no span can match
 */
export async function findOperationIds(
  pool: pg.Pool,
  wanted: { readonly service?: string | undefined; readonly name?: string | undefined },
  options?: ReadOptions,
): Promise<OperationFilter | undefined> {
  const { service, name } = wanted
  const text = findSql[service === undefined ? 'name' : name === undefined ? 'service' : 'both']
  const values = [service?.slice(0, maxServiceChars), name].filter((value) => value !== undefined)
  const query = { text, values: values.map(searchable), types: columnTypes }
  const { ids, named } = (await queryCancellable<Row>(pool, query, options?.signal)).rows[0]!
  if (service !== undefined && ids === null) return undefined
  if (name === undefined) return { ids: ids ?? [] }
  const serviceIds = service === undefined ? undefined : (ids ?? [])
  return {
    ids: named ?? [],
    name: { text: nameTextOf(name), serviceIds, isNameless: name === '' },
  }
}

function nameTextOf(name: string): string {
  const bytes = Buffer.from(name)
  return readText(bytes, 0, Math.min(bytes.byteLength, maxNameTextBytes))
}
