// The few different values of a column that has few, from a bounded part of its table.
import type { Client, SchemaTable } from './read-schema.ts'

export interface SampleBounds {
  /** Rows read of each table, the first that come. */
  readonly sampleRows: number
  /** A column with more different values has no low cardinality. */
  readonly maxValues: number
  /** Of each statement. */
  readonly timeoutMs: number
}

export type Sample =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'many' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Longer values are no words of a question; what is cut off is never a pattern. */
const maxValueChars = 60

/** In a transaction of its own that can only read. */
export async function sampleValues(
  client: Client,
  table: SchemaTable,
  column: string,
  { sampleRows, maxValues, timeoutMs }: SampleBounds,
): Promise<Sample> {
  const [from, name] = [`${quote(table.schema)}.${quote(table.name)}`, quote(column)]
  await client.query('begin read only')
  try {
    // Not set_config(): a role that may only look at tables may not call that.
    await client.query(`set local statement_timeout = ${Math.trunc(timeoutMs)}`)
    const { rows } = await client.query(
      `select distinct left(${name}::text, $1) as value
       from (select ${name} from ${from} limit $2) as sample
       where ${name} is not null
       order by value
       limit $3`,
      [maxValueChars + 1, sampleRows, maxValues + 1],
    )
    if (rows.length > maxValues) return { kind: 'many' }
    const values = (rows as readonly { readonly value: string }[]).map(({ value }) => value)
    return { kind: 'values', values: values.filter((value) => value.length <= maxValueChars) }
  } catch (error) {
    // A message of PostgreSQL's may quote a value; its code does not.
    const code = (error as { readonly code?: unknown }).code
    if (typeof code !== 'string') throw error
    return { kind: 'failed', reason: code === '57014' ? `more than ${timeoutMs} ms` : `SQLSTATE ${code}` }
  } finally {
    await client.query('rollback')
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
