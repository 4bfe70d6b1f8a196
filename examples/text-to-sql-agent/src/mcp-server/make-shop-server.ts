// What the server offers: four tools. Streamable HTTP makes a server for each request, so this is cheap.
import { traceMcpServer } from '@holdfast/telemetry/mcp'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { executeSqlQuery } from './execute-sql-query.ts'
import { readTable, readTables } from './read-tables.ts'
import { searchRelevantTables } from './search-relevant-tables.ts'
import type { ShopReader } from './shop-reader.ts'
import { answerCall } from './answer-call.ts'

/** A new server on the shop's database. Tracing is switched on in here, for each server that is made. */
export function makeShopServer(reader: ShopReader): McpServer {
  const server = traceMcpServer(new McpServer({ name: 'chinook', version: '1.0.0' }))
  const annotations = { readOnlyHint: true, openWorldHint: false }

  server.registerTool(
    'list_tables',
    {
      description: 'All tables: what they hold, how many rows, and the names of their columns.',
      annotations,
    },
    () =>
      answerCall(async () => ({
        tables: (await readTables(reader)).map(({ table, comment, rows, columns }) => ({
          table,
          comment,
          rows,
          columns: columns.map(({ name }) => name),
        })),
      })),
  )

  server.registerTool(
    'get_table_schema',
    {
      description:
        'One table: its columns with types and, where they are few, all values; its key, its foreign keys, and those of others to it.',
      inputSchema: z.object({ table: z.string() }),
      annotations,
    },
    ({ table }) => answerCall(() => readTable(reader, table)),
  )

  server.registerTool(
    'search_relevant_tables',
    {
      description:
        'The tables that a question is about, best first, with the reasons, their columns, and the conditions that join them.',
      inputSchema: z.object({
        query: z.string().max(2_000).describe('The question, or words of it'),
        limit: z
          .number()
          .int()
          .min(1)
          .max(20)
          .default(4)
          .describe('How many, beside those that connect them'),
      }),
      annotations,
    },
    ({ query, limit }) => answerCall(() => searchRelevantTables(reader, query, limit)),
  )

  server.registerTool(
    'execute_sql_query',
    {
      description:
        'Runs one SELECT of PostgreSQL, for at most 5 seconds, and gives its first 100 rows. Long texts are cut. Nothing can be changed.',
      inputSchema: z.object({ sql: z.string().min(1).max(20_000) }),
      annotations,
    },
    ({ sql }) => answerCall(() => executeSqlQuery(reader, sql)),
  )
  return server
}
