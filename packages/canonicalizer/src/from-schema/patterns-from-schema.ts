// Proposes a first set of patterns from a PostgreSQL database. It reads the catalog, and of columns with few different
// values those; in read-only transactions, with a bound on rows and time; no column that looks personal, unless asked.
import { basePatternsFile } from '../patterns/base-patterns.ts'
import { filePatterns } from '../patterns/file-patterns.ts'
import { looksPersonal, looksPersonalValue } from './personal-columns.ts'
import { columnKey, proposePatterns, singularName, type Proposal } from './propose-patterns.ts'
import { readSchema, type Client, type SchemaColumn, type SchemaTable } from './read-schema.ts'
import { sampleValues } from './sample-values.ts'

export interface FromSchemaOptions {
  /** `public` by default. */
  readonly schemas?: readonly string[]
  /** Rows read of a table for each of its columns; 10 000. */
  readonly sampleRows?: number
  /** A column with more different values is left out; 50. */
  readonly maxValues?: number
  /** Of each statement; 5 s. */
  readonly timeoutMs?: number
  /** Also values of columns that look personal. */
  readonly includePersonal?: boolean
}

/** A client that nobody else uses meanwhile: it is given transactions. Rejects when the catalog cannot be read. */
export async function patternsFromSchema(client: Client, options: FromSchemaOptions = {}): Promise<Proposal> {
  const { schemas = ['public'], sampleRows = 10_000, maxValues = 50, timeoutMs = 5_000 } = options
  const tables = await readSchema(client, schemas)
  const values = new Map<string, readonly string[]>()
  const leftOut: string[] = []
  const ask = async (table: SchemaTable, column: SchemaColumn): Promise<void> => {
    const name = columnKey(table, column)
    if (options.includePersonal !== true && isPersonal(table, column)) {
      leftOut.push(`the values of ${name}: it looks personal`)
      return
    }
    const sample = await sampleValues(client, table, column.name, { sampleRows, maxValues, timeoutMs })
    if (sample.kind === 'failed') leftOut.push(`the values of ${name}: ${sample.reason}`)
    if (sample.kind === 'many') leftOut.push(`the values of ${name}: more than ${maxValues} different ones`)
    if (sample.kind !== 'values') return
    if (options.includePersonal !== true && sample.values.some(looksPersonalValue)) {
      leftOut.push(`the values of ${name}: some look like addresses or numbers to call`)
      return
    }
    values.set(name, sample.values)
  }
  for (const table of tables) {
    for (const column of table.columns) {
      if (column.kind === 'text' && !column.isKey) await ask(table, column)
    }
  }
  const proposal = proposePatterns(tables, values, await readBasePhrases())
  return { patterns: proposal.patterns, leftOut: [...leftOut, ...proposal.leftOut] }
}

async function readBasePhrases(): Promise<ReadonlySet<string>> {
  const reading = await filePatterns(basePatternsFile).read()
  if (!reading.ok) throw new Error('the base patterns are bad')
  return new Set(reading.set.patterns.flatMap((one) => (one.kind === 'phrase' ? [one.pattern] : [])))
}

function isPersonal(table: SchemaTable, column: SchemaColumn): boolean {
  return looksPersonal(singularName(table.name), singularName(column.name))
}
