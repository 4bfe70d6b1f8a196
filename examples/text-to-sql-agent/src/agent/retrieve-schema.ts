// Stage 2. Which tables is the question about, and what is in them? The tool calls are CLIENT spans within this one, and the
// server's work is below them, though it is another process: traceMcpClient and traceMcpServer see to that.
import { z } from 'zod'
import type { AgentParts } from './agent-parts.ts'

// Of what the tools give, what is used here. They run elsewhere: their answers are checked as anybody's.
const tableList = z.object({ tables: z.array(z.object({ table: z.string() })) })
const search = tableList.extend({ joins: z.array(z.string()) })
const description = z.object({
  table: z.string(),
  comment: z.string().nullish(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      comment: z.string().nullish(),
      values: z.array(z.string()).nullish(),
    }),
  ),
})

export interface ShopSchema {
  /** Those that the question is about. */
  readonly tables: readonly z.infer<typeof description>[]
  /** Conditions that join them. */
  readonly joins: readonly string[]
  /** The names of all that there are. */
  readonly allTables: readonly string[]
}

/** More would not fit a prompt, and a question about more is rare. */
const maxTables = 8

export function retrieveSchema(question: string, { telemetry, tools }: AgentParts): Promise<ShopSchema> {
  return telemetry.span('retrieve-schema', { type: 'RETRIEVER' }, async (span) => {
    const [all, found] = await Promise.all([
      tools.call('list_tables', {}, tableList),
      tools.call('search_relevant_tables', { query: question.slice(0, 2_000) }, search),
    ])
    const names = found.tables.slice(0, maxTables).map(({ table }) => table)
    const tables = await Promise.all(
      names.map((table) => tools.call('get_table_schema', { table }, description)),
    )
    span.setOutputs({ tables: names })
    return { tables, joins: found.joins, allTables: all.tables.map(({ table }) => table) }
  })
}
