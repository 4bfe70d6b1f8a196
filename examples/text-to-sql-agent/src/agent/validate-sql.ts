// Stage 4. Is it one query, of tables that there are? By PostgreSQL's own parser, compiled to WebAssembly (libpg-query), so
// nothing can look like a query here and be something else there. It saves a call and gives the model a clearer error; what
// protects the data is the database's role, which can only read.
import { parse } from 'libpg-query'
import type { AgentParts } from './agent-parts.ts'
import type { ShopSchema } from './retrieve-schema.ts'

/** A query for a question has some hundred characters. */
const maxSqlChars = 10_000

/** What is wrong with it, for the model to mend; undefined when it may be run. */
export function validateSql(
  sql: string,
  { allTables }: Pick<ShopSchema, 'allTables'>,
  { telemetry }: Pick<AgentParts, 'telemetry'>,
): Promise<string | undefined> {
  return telemetry.span('validate-sql', { type: 'PARSER' }, async (span) => {
    const problem = await findProblem(sql, allTables)
    span.setOutputs(problem === undefined ? { valid: true } : { valid: false, error: problem })
    return problem
  })
}

async function findProblem(sql: string, tables: readonly string[]): Promise<string | undefined> {
  if (sql.trim() === '') return 'There is no SQL in the answer'
  if (sql.length > maxSqlChars) return `It is longer than ${maxSqlChars} characters`
  let statements: readonly { readonly stmt?: object }[]
  try {
    statements = (await parse(sql)).stmts ?? []
  } catch (error) {
    // A syntax error, or nested deeper than the parser goes.
    return error instanceof RangeError ? 'It is nested too deeply' : (error as Error).message
  }
  if (statements.length !== 1) return `There must be one statement, and there are ${statements.length}`
  if (!('SelectStmt' in (statements[0]?.stmt ?? {}))) return 'Only a SELECT can be run'
  return findForbidden(statements[0], tables)
}

/** In any depth: a write in a CTE, a table that there is not. */
function findForbidden(tree: unknown, tables: readonly string[]): string | undefined {
  const known = new Set(tables)
  const named: { readonly schemaname?: string; readonly relname: string }[] = []
  const waiting: unknown[] = [tree] // not recursive: what is parsed may be nested as deeply as it is long
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (typeof node !== 'object' || node === null) continue
    for (const [kind, part] of Object.entries(node)) {
      if (/^(?:Insert|Update|Delete|Merge)Stmt$/.test(kind)) return 'Only reading is allowed, in WITH too'
      if (kind === 'intoClause') return 'SELECT INTO would make a table'
      if (kind === 'lockingClause') return 'FOR UPDATE and the like would lock rows'
      if (kind === 'RangeVar') named.push(part as (typeof named)[number])
      if (kind === 'CommonTableExpr') known.add((part as { ctename: string }).ctename)
      waiting.push(part)
    }
  }
  const unknown = named.find(
    ({ schemaname = 'public', relname }) => schemaname !== 'public' || !known.has(relname),
  )
  return unknown && `There is no table "${unknown.relname}". There are: ${tables.join(', ')}`
}
