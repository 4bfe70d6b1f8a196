// An MCP server with the shop's four tools on canned data, over real HTTP: the agent's tests need no database.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type CallToolResult } from '@modelcontextprotocol/server'
import { z } from 'zod'

export interface TinyShop {
  readonly url: string
  /** What was asked of execute_sql_query. */
  readonly executed: readonly string[]
  close(): Promise<void>
}

/** `execute` gives what the tool gives, or throws the error that it tells. */
export async function openTinyShop(execute: (sql: string) => unknown, port = 0): Promise<TinyShop> {
  const executed: string[] = []
  const makeServer = () => {
    const server = new McpServer({ name: 'tiny-shop', version: '1.0.0' })
    const table = { table: 'track', comment: 'Songs', columns: [{ name: 'track_id', type: 'integer' }] }
    server.registerTool('list_tables', {}, () => tell({ tables: [table, { table: 'album' }] }))
    const query = z.object({ query: z.string() })
    server.registerTool('search_relevant_tables', { inputSchema: query }, () =>
      tell({ tables: [{ table: 'track', score: 8 }], joins: [] }),
    )
    server.registerTool('get_table_schema', { inputSchema: z.object({ table: z.string() }) }, () =>
      tell(table),
    )
    server.registerTool('execute_sql_query', { inputSchema: z.object({ sql: z.string() }) }, ({ sql }) => {
      executed.push(sql)
      try {
        return tell(execute(sql))
      } catch (error) {
        return { isError: true, ...tell({ error: { message: (error as Error).message, sqlstate: '42703' } }) }
      }
    })
    return server
  }
  const handle = toNodeHandler(createMcpHandler(makeServer))
  const server = createServer((request, response) => {
    void handle(request as Parameters<typeof handle>[0], response)
  })
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    executed,
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function tell(answer: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(answer) }] }
}
