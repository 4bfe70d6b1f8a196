// What a PostgreSQL database says of its tables in its catalog: no row of a table is read here.

export interface SchemaColumn {
  readonly name: string
  readonly kind: 'text' | 'enum' | 'boolean' | 'number' | 'time' | 'other'
  /** Of the primary key or of a foreign one: it names a row and says nothing of it. */
  readonly isKey: boolean
  /** Of an enum, in its order. */
  readonly labels: readonly string[]
}

export interface ForeignKey {
  readonly columns: readonly string[]
  /** The table it points to. */
  readonly target: string
}

export interface SchemaTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly SchemaColumn[]
  readonly foreignKeys: readonly ForeignKey[]
}

/** What is needed of a `pg.Client`. */
export interface Client {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** More are not read: nobody would look the proposal through. */
const maxTables = 500

interface CatalogRow {
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly category: string
  readonly is_key: boolean
  readonly labels: readonly string[] | null
}

interface ForeignKeyRow {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
  readonly target: string
}

/** The ordinary and partitioned tables of these schemas that this user may read, by name; columns in their order. */
export async function readSchema(client: Client, schemas: readonly string[]): Promise<SchemaTable[]> {
  const columns = await client.query(columnsSql, [schemas, maxTables])
  const keys = await client.query(foreignKeysSql, [schemas])
  const tables = new Map<string, SchemaTable & { readonly columns: SchemaColumn[] }>()
  for (const row of columns.rows as readonly CatalogRow[]) {
    const id = `${row.schema}.${row.table}`
    const table = tables.get(id) ?? { schema: row.schema, name: row.table, columns: [], foreignKeys: [] }
    tables.set(id, table)
    table.columns.push({
      name: row.column,
      kind: kindOf(row.category),
      isKey: row.is_key,
      labels: row.labels ?? [],
    })
  }
  const foreign = keys.rows as readonly ForeignKeyRow[]
  return [...tables].map(([id, table]) => ({
    ...table,
    foreignKeys: foreign.filter((key) => `${key.schema}.${key.table}` === id),
  }))
}

const columnsSql = `
  with tables as (
    select c.oid, n.nspname, c.relname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1)
      and c.relkind in ('r', 'p') and not c.relispartition
      and has_table_privilege(c.oid, 'select')
    order by n.nspname, c.relname
    limit $2
  )
  select t.nspname as schema, t.relname as table, a.attname as column, y.typcategory as category,
    exists (
      select from pg_constraint k
      where k.conrelid = t.oid and k.contype in ('p', 'f') and a.attnum = any(k.conkey)
    ) as is_key,
    (
      select array_agg(e.enumlabel::text order by e.enumsortorder)
      from pg_enum e
      where e.enumtypid = case when y.typtype = 'd' then y.typbasetype else y.oid end
    ) as labels
  from tables t
  join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  join pg_type y on y.oid = a.atttypid
  order by t.nspname, t.relname, a.attnum`

const foreignKeysSql = `
  select n.nspname as schema, c.relname as table, target.relname as target,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey)) as columns
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class target on target.oid = k.confrelid
  where k.contype = 'f' and n.nspname = any($1)
  order by n.nspname, c.relname, k.conname`

/** https://www.postgresql.org/docs/current/catalog-pg-type.html#CATALOG-TYPCATEGORY-TABLE */
function kindOf(category: string): SchemaColumn['kind'] {
  const kinds: Readonly<Record<string, SchemaColumn['kind']>> = {
    S: 'text',
    E: 'enum',
    B: 'boolean',
    N: 'number',
    D: 'time',
  }
  return kinds[category] ?? 'other'
}
