import type pg from 'pg'

/** The schema could not be changed: others read or write its tables, and went on for as long as was waited. */
export class SchemaInUse extends Error {
  constructor(holders: readonly string[], options?: ErrorOptions) {
    super(
      'the schema could not be changed, for others use its tables' +
        (holders.length === 0 ? '' : ` (${holders.join('; ')})`) +
        '. Nothing was changed. Run `holdfast migrate` again when they have ended: a backup, a report, an open transaction',
      options,
    )
    this.name = 'SchemaInUse'
  }
}

const maxHolders = 5

const holdersSql = `
select a.pid, coalesce(nullif(a.application_name, ''), 'unnamed') as name,
       greatest(0, extract(epoch from clock_timestamp() - a.xact_start))::integer as seconds
from pg_stat_activity a
where a.pid <> pg_backend_pid() and a.pid in (
  select l.pid from pg_locks l join pg_class c on c.oid = l.relation
  where l.granted and c.relnamespace = 'otel'::regnamespace
    and l.database = (select oid from pg_database where datname = current_database()))
order by a.xact_start nulls last
limit ${maxHolders}`

/** Whoever holds a lock on a table of ours now, the longest transaction first. */
export async function describeHolders(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ pid: number; name: string; seconds: number | null }>(holdersSql)
  return rows.map(
    ({ pid, name, seconds }) =>
      `process ${pid}, ${name}` + (seconds === null ? '' : `, in a transaction since ${seconds} s`),
  )
}
