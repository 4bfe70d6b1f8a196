// The tools, by MCP. One line makes each call a span that the server's work hangs below: traceMcpClient.
import type { TelemetryService } from '@holdfast/telemetry'
import { traceMcpClient } from '@holdfast/telemetry/mcp'
import { Client, type Transport } from '@modelcontextprotocol/client'
import type { z } from 'zod'
import { readToolResult, toolsAway } from './read-tool-result.ts'

export interface ShopTools {
  /**
   * What the tool gave, checked. Rejects with ToolError when the tool says that it failed, with QuestionFailure when there is
   * no answer or not such a one.
   */
  call<T>(tool: string, args: Record<string, unknown>, shape: z.ZodType<T>): Promise<T>
  close(): Promise<void>
}

/** A query has 5 s there. */
const callTimeoutMs = 15_000

/** Connects at once; where that fails, and after the server was away, with the next call. */
export async function openShopTools(
  telemetry: TelemetryService,
  makeTransport: () => Transport,
): Promise<ShopTools> {
  let connected: Promise<Client> | undefined
  const connect = (): Promise<Client> => {
    if (connected !== undefined) return connected
    const opening = telemetry.span('connect-tools', async () => {
      const client = traceMcpClient(new Client({ name: 'text-to-sql-agent', version: '1.0.0' }))
      client.onclose = () => {
        if (connected === opening) connected = undefined // the next call opens another
      }
      await client.connect(makeTransport())
      return client
    })
    return (connected = opening)
  }
  const disconnect = async () => {
    const client = connected
    connected = undefined
    await client?.then((open) => open.close()).catch(() => 'it was not open')
  }
  await connect().catch(disconnect)
  return {
    async call(tool, args, shape) {
      const asked = connect()
      const result = await asked
        .then((client) => client.callTool({ name: tool, arguments: args }, { timeout: callTimeoutMs }))
        .catch(async (error: unknown) => {
          if (connected === asked) await disconnect() // several calls may fail at once
          throw toolsAway(error)
        })
      return readToolResult(result, shape)
    },
    close: disconnect,
  }
}
