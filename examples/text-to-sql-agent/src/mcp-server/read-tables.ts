// What the database says of its own tables.
import { ToolRefusal } from './answer-call.ts'
import type { ShopReader } from './shop-reader.ts'

export interface TableDescription {
  readonly table: string
  readonly comment: string | null
  /** As PostgreSQL counted last. */
  readonly rows: number
  readonly primary_key: readonly string[]
  readonly columns: readonly ColumnDescription[]
  readonly foreign_keys: readonly ForeignKey[]
  /** Foreign keys of other tables, to this one. */
  readonly referenced_by: readonly ForeignKey[]
}

export interface ColumnDescription {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly comment?: string
  /** All values, of columns that have few. */
  readonly values?: readonly string[]
}

export interface ForeignKey {
  readonly table: string
  readonly columns: readonly string[]
  readonly references_table: string
  readonly references_columns: readonly string[]
}

const sql = `
with key as (
  select conrelid, confrelid, contype, json_build_object(
    'table', conrelid::regclass,
    'columns', (select json_agg(attname order by n) from unnest(conkey) with ordinality as k(attnum, n)
                join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum),
    'references_table', confrelid::regclass,
    'references_columns', (select json_agg(attname order by n) from unnest(confkey) with ordinality as k(attnum, n)
                           join pg_attribute a on a.attrelid = confrelid and a.attnum = k.attnum)
  ) as described
  from pg_constraint where contype in ('p', 'f')
)
select
  c.relname as table,
  obj_description(c.oid, 'pg_class') as comment,
  c.reltuples::integer as rows,
  coalesce((select described -> 'columns' from key where conrelid = c.oid and contype = 'p'), '[]') as primary_key,
  (select json_agg(json_strip_nulls(json_build_object(
      'name', attname,
      'type', format_type(atttypid, atttypmod),
      'nullable', not attnotnull,
      'comment', col_description(c.oid, attnum),
      'values', (select json_agg(term order by term) from search.term
                 where table_name = relname and column_name = attname and kind = 'value')
    )) order by attnum)
   from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
  (select coalesce(json_agg(described), '[]') from key where conrelid = c.oid and contype = 'f') as foreign_keys,
  (select coalesce(json_agg(described), '[]') from key where confrelid = c.oid and contype = 'f') as referenced_by
from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
order by c.relname`

/** All tables of the shop, by name. Of a schema with hundreds one would ask for some. */
export function readTables(reader: ShopReader): Promise<TableDescription[]> {
  const call = { collection: 'pg_class', sql }
  return reader.read(call, async (client) => (await client.query<TableDescription>(sql)).rows)
}

/** Refuses a name that is no table's, and says which there are. */
export async function readTable(reader: ShopReader, name: string): Promise<TableDescription> {
  const tables = await readTables(reader)
  const found = tables.find(({ table }) => table === name.toLowerCase())
  if (found !== undefined) return found
  throw new ToolRefusal(
    `There is no table ${JSON.stringify(name)}. There are: ${tables.map(({ table }) => table).join(', ')}.`,
  )
}
