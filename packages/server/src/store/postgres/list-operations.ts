import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { Operation, ReadOptions } from '../trace-store.ts'
import { searchable } from './column-types.ts'

export interface OperationPage {
  readonly service?: string | undefined
  readonly limit: number
  readonly after?: Operation | undefined
}

/** Operations by (service, name, kind), names in byte order, behind `after`. */
export async function listOperations(
  pool: pg.Pool,
  page: OperationPage,
  options?: ReadOptions,
): Promise<readonly Operation[]> {
  const { service, after } = page
  const values: unknown[] = [page.limit]
  const predicates: string[] = []
  if (service !== undefined) predicates.push(`service = $${values.push(searchable(service))}`)
  if (after !== undefined) {
    const from = [searchable(after.service), searchable(after.name), after.kind]
    const [at, name, kind] = from.map((value) => `$${values.push(value)}`)
    predicates.push(`(service, name, kind) > (${at}, ${name}, ${kind}::integer)`)
  }
  const text = `
select service, name, kind
from otel.operation
${predicates.length === 0 ? '' : `where ${predicates.join(' and ')}`}
order by service, name, kind
limit $1::bigint`
  const result = await queryCancellable<Operation>(pool, { text, values }, options?.signal)
  return result.rows
}
