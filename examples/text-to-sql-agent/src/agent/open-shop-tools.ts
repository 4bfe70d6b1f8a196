// The tools, by MCP. One line makes each call a span that the server's work hangs below: traceMcpClient.
import type { TelemetryService } from '@holdfast/telemetry'
import { traceMcpClient } from '@holdfast/telemetry/mcp'
import { Client, type CallToolResult, type Transport } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { QuestionFailure } from './question-failure.ts'

export interface ShopTools {
  /**
   * What the tool gave, checked. Rejects with ToolError when the tool says that it failed, with QuestionFailure when there is
   * no answer or not such a one.
   */
  call<T>(tool: string, args: Record<string, unknown>, shape: z.ZodType<T>): Promise<T>
  close(): Promise<void>
}

/** The tool's own error; its message tells what PostgreSQL said. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}

/** A query has 5 s there. */
const callTimeoutMs = 15_000
const maxResultChars = 500_000

/** Connects at once; where that fails, and after the server was away, with the next call. */
export async function openShopTools(
  telemetry: TelemetryService,
  makeTransport: () => Transport,
): Promise<ShopTools> {
  let connected: Promise<Client> | undefined
  const connect = () =>
    (connected ??= telemetry.span('connect-tools', async () => {
      const client = traceMcpClient(new Client({ name: 'text-to-sql-agent', version: '1.0.0' }))
      await client.connect(makeTransport())
      return client
    }))
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
      return readResult(result, shape)
    },
    close: disconnect,
  }
}

function readResult<T>(result: CallToolResult, shape: z.ZodType<T>): T {
  const answer = parseText(result.content)
  if (result.isError === true) {
    const { message, sqlstate, hint, retry } = toolFailure.parse(answer).error
    if (retry === true) throw toolsAway(new Error(message))
    const words = [message, sqlstate && `(SQLSTATE ${sqlstate})`, hint && `Hint: ${hint}`]
    throw new ToolError(words.filter(Boolean).join(' ').slice(0, 2_000))
  }
  const checked = shape.safeParse(answer)
  if (checked.success) return checked.data
  throw new QuestionFailure(
    'ToolsNonsense',
    'A tool gave something else than it should. Is MCP_URL that of the shop?',
  )
}

/** How the shop's tools say that they failed; anything else is taken for a failure without words. */
const toolFailure = z
  .object({
    error: z.object({
      message: z.string(),
      sqlstate: z.string().nullish(),
      hint: z.string().nullish(),
      retry: z.boolean().nullish(),
    }),
  })
  .catch({ error: { message: 'The tool failed, and did not say why' } })

function parseText(content: CallToolResult['content']): unknown {
  const [first] = content
  if (first?.type !== 'text' || first.text.length > maxResultChars) return undefined
  try {
    return JSON.parse(first.text)
  } catch {
    return { error: { message: first.text } } // the SDK's own errors are plain text
  }
}

function toolsAway(cause: unknown): QuestionFailure {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new QuestionFailure(
    'ToolsAway',
    `The MCP server, or its database, does not answer: ${message.slice(0, 200)}. See that it runs, then ask again.`,
    { cause },
  )
}
