// Patterns in a table of PostgreSQL, so that they can be changed where the data is, and all processes follow.
import { inTurns } from '../in-turns.ts'
import { readingPatterns, type PatternsReading } from './parse-patterns.ts'
import type { PatternSource } from './pattern-source.ts'

/** What is needed of a `pg.Pool` or `pg.Client`. */
export interface Database {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>
}

export interface TableOptions {
  /** `nlp_patterns` by default, or `schema.table`. */
  readonly table?: string
}

interface PatternRow {
  readonly row_id: string
  readonly label: string
  readonly pattern: string
  readonly id: string | null
  readonly engine: string
}

/**
 * The enabled patterns of the table, in the order of `row_id`, which problems are named with. Without a row it is an
 * empty set; but once there were some, having none is refused: it is more often being written anew than meant so. Make the table with `ensurePatternTable`, or with `docs/patterns.md` in a migration of your own.
 */
export function tablePatterns(database: Database, options: TableOptions = {}): PatternSource {
  const { table = defaultTable } = options
  const from = quoteTable(table)
  let hadRows = false
  return {
    name: table,
    readVersion: async () => {
      // xmin is another one after every change, also of a transaction that began early and committed late.
      const { rows } = await database.query(`
        select md5(coalesce(string_agg(row_id || ':' || xmin::text, ',' order by row_id), '')) as version
        from ${from}`)
      return (rows[0] as { readonly version: string }).version
    },
    read: async () => {
      const { rows } = await database.query(`
        select row_id::text, label, pattern::text, id, engine
        from ${from}
        where enabled
        order by row_id`)
      if (rows.length === 0 && hadRows) {
        const message = 'the table has no row any more: write one, or leave the table out of the sources'
        return { ok: false, problems: [{ source: table, line: 1, message }] }
      }
      hadRows = rows.length > 0
      return await inTurns(readRows(rows as readonly PatternRow[], table))
    },
  }
}

/** Makes the table where there is none. Several processes may do it at once. */
export async function ensurePatternTable(database: Database, options: TableOptions = {}): Promise<void> {
  const { table = defaultTable } = options
  // Several statements in one query are one transaction. `if not exists` alone fails when two do it at once.
  await database.query(`
    select pg_advisory_xact_lock(hashtextextended('holdfast ${table.replaceAll("'", "''")}', 0));
    ${describePatternTable(table)}`)
}

/** The statement that makes the table. */
export function describePatternTable(table: string = defaultTable): string {
  return `create table if not exists ${quoteTable(table)} (
  row_id     bigint generated always as identity primary key,
  label      text not null,
  pattern    jsonb not null, -- a phrase ("pg rated") or a list of tokens, as in a file
  id         text,
  engine     text not null default 'any' check (engine in ('any', 'spacy')),
  enabled    boolean not null default true,
  note       text,
  updated_at timestamptz not null default now()
);`
}

const defaultTable = 'nlp_patterns'

function readRows(rows: readonly PatternRow[], table: string): Generator<void, PatternsReading, void> {
  const values = rows.map(({ row_id, label, pattern, id, engine }) => ({
    line: Number(row_id),
    read: () => ({ label, pattern: JSON.parse(pattern) as unknown, id: id ?? '', engine }),
  }))
  return readingPatterns(values, table)
}

/** `schema.table` as two identifiers. */
function quoteTable(table: string): string {
  const parts = table.split('.')
  if (parts.length > 2 || parts.some((part) => part === '')) {
    throw new TypeError(`${JSON.stringify(table)} is not the name of a table: write table or schema.table`)
  }
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}
