import type { AgentParts } from './agent-parts.ts'
import { executeSql, type Execution } from './execute-sql.ts'
import type { ShopSchema } from './retrieve-schema.ts'
import { validateSql } from './validate-sql.ts'

/** The first, and two corrections: what two explained errors do not mend, a third rarely does, and each costs tokens. */
export const maxAttempts = 3

/** Runs what passes for a query. The database is not asked about what is none. */
export async function trySql(sql: string, schema: ShopSchema, parts: AgentParts): Promise<Execution> {
  const problem = await validateSql(sql, schema, parts)
  return problem === undefined ? await executeSql(sql, parts) : { ok: false, problem }
}
