// Stage 5. The tool runs it, in the database's process: one trace from the question to the rows.
import { z } from 'zod'
import type { AgentParts } from './agent-parts.ts'
import { ToolError } from './read-tool-result.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const rowsAnswer = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(value)),
  truncated: z.boolean(),
})

/** A row is its values in the order of the columns. */
export type Row = readonly z.infer<typeof value>[]
export interface Rows {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** There are more than these. */
  readonly truncated: boolean
}
/** An error of the database is an expected outcome: the model can mend it. */
export type Execution =
  { readonly ok: true; readonly rows: Rows } | { readonly ok: false; readonly problem: string }

export function executeSql(sql: string, { telemetry, tools }: AgentParts): Promise<Execution> {
  return telemetry.span('execute-sql', { type: 'CHAIN', inputs: sql }, async (span): Promise<Execution> => {
    try {
      const rows = await tools.call('execute_sql_query', { sql }, rowsAnswer)
      // What the rows hold is people's data: how many there are says enough.
      span.setOutputs({ columns: rows.columns, row_count: rows.rows.length, truncated: rows.truncated })
      return { ok: true, rows }
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      span.recordError(error)
      return { ok: false, problem: error.problem }
    }
  })
}
