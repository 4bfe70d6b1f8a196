import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions } from '../trace-store.ts'
import { searchable } from './column-types.ts'

// Jumps from service to service on the unique index (service, name, kind): a service has many operations, and
// `select distinct` would read them all.
const listSql = (start: string): string => `
with recursive jump(service) as (
  (select service from otel.operation ${start} order by service limit 1)
  union all
  select (select o.service from otel.operation o where o.service > jump.service order by o.service limit 1)
  from jump where jump.service is not null
)
select service from jump where service is not null limit $1::bigint`

/** Names of services in byte order, behind `after`. */
export async function listServices(
  pool: pg.Pool,
  page: { readonly limit: number; readonly after?: string | undefined },
  options?: ReadOptions,
): Promise<readonly string[]> {
  const { limit, after } = page
  const query =
    after === undefined
      ? { text: listSql(''), values: [limit] }
      : { text: listSql('where service > $2'), values: [limit, searchable(after)] }
  const result = await queryCancellable<{ service: string }>(pool, query, options?.signal)
  return result.rows.map((row) => row.service)
}
