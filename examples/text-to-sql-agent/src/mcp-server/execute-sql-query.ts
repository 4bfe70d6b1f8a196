// Runs a model's SQL. What it may do is decided by the role (src/database/reader-privileges.sql); what it may cost is decided
// here: one SELECT, 5 seconds a statement, 100 rows, 1,000 characters a value.
//
// What nobody bounds is PostgreSQL's memory: a value that is made on the way (`repeat`, `format`) may have a gigabyte. That
// took 2.7 GB of PostgreSQL for a second, and 110 MB of this process. Where it matters, give PostgreSQL a container with a limit.
import { DatabaseError, type ClientBase, type QueryArrayConfig, type QueryArrayResult } from 'pg'
import { ToolRefusal } from './answer-call.ts'
import type { ShopReader } from './shop-reader.ts'

type Value = string | number | boolean | null

export interface QueryAnswer {
  readonly columns: readonly string[]
  /** A row is its values in the order of the columns, whose names may be the same. */
  readonly rows: readonly (readonly Value[])[]
  readonly row_count: number
  /** There are more rows than these. */
  readonly truncated: boolean
}

const maxRows = 100
const maxColumns = 50
const maxValueChars = 1_000
/** A hundred ordinary rows have some 10 kB. It is a model that reads this, and every token costs. */
const maxAnswerChars = 65_536

const declaration = 'declare answer no scroll cursor for '

/** Rejects with PostgreSQL's error, whose `position` counts in `sql`, or with a refusal. */
export async function executeSqlQuery(reader: ShopReader, sql: string): Promise<QueryAnswer> {
  const query = sql.replace(/[;\s]+$/, '')
  if (query === '') throw new ToolRefusal('There is no SQL in `sql`.')
  // Where a message of PostgreSQL's protocol has a text end: what follows would be read as something else.
  if (query.includes('\0')) throw new ToolRefusal('SQL cannot have the character NUL.')
  let columns: readonly string[] = []
  const rows = await reader.read({ sql }, async (client) => {
    // A cursor is for one whole SELECT: whatever else is not grammar here, and no CTE may write. It reads nothing yet, and
    // tells the columns. Only what got this far may stand in parentheses below: `select 1) as a union (select 2` did not.
    await runAlone(client, declaration + query).catch((error: unknown) => {
      throw tellOfQuery(error, query)
    })
    const { fields } = await runAlone(client, 'fetch 0 from answer')
    if (fields.length === 0 || fields.length > maxColumns) {
      throw new ToolRefusal(`The query has ${fields.length} columns; name between 1 and ${maxColumns}.`)
    }
    columns = fields.map(({ name }) => name)
    // Cut to size by PostgreSQL: a value may have a gigabyte.
    const names = fields.map((_, index) => `c${index}`)
    const cut = names.map((name) => `left(${name}::text, ${maxValueChars + 1})`)
    const result = await runAlone(
      client,
      `select ${cut.join(', ')} from (\n${query}\n) as answer(${names.join(', ')}) limit ${maxRows + 1}`,
    )
    return result.rows.map((row) => row.map((text, index) => readValue(text, fields[index]?.dataTypeID)))
  })
  const fitting = takeFitting(rows.slice(0, maxRows))
  return { columns, rows: fitting, row_count: fitting.length, truncated: fitting.length < rows.length }
}

/** By the extended protocol, in which PostgreSQL refuses more than one statement; the simple one would run all of them. */
function runAlone(client: ClientBase, text: string): Promise<QueryArrayResult<(string | null)[]>> {
  const asText = { getTypeParser: () => (value: string | Buffer) => value }
  const query = { text, rowMode: 'array' as const, queryMode: 'extended', types: asText }
  return client.query<(string | null)[]>(query as QueryArrayConfig)
}

/** PostgreSQL speaks of what it was given; the model is to hear of what it gave. */
function tellOfQuery(error: unknown, query: string): unknown {
  if (!(error instanceof DatabaseError)) return error
  const position = Number(error.position) - declaration.length
  const isInQuery = position >= 1 && position <= query.length
  return Object.assign(error, { position: isInQuery ? String(position) : undefined })
}

// boolean; smallint, integer, bigint, real, double precision, numeric
const booleanOid = 16
const numberOids: readonly (number | undefined)[] = [21, 23, 20, 700, 701, 1700]

/** An integer that JSON's readers would round stays text; of a fraction they have 15 digits. */
function readValue(text: string | null, oid: number | undefined): Value {
  if (text === null) return null
  if (oid === booleanOid) return text === 'true'
  if (numberOids.includes(oid) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) return Number(text)
  return text.length > maxValueChars ? `${text.slice(0, maxValueChars).toWellFormed()}…` : text
}

function takeFitting(rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  let chars = 0
  const tooMany = rows.findIndex((row) => (chars += JSON.stringify(row).length + 1) > maxAnswerChars)
  return tooMany === -1 ? rows : rows.slice(0, tooMany)
}
