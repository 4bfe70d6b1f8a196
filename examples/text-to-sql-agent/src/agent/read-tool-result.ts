import type { CallToolResult } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { QuestionFailure } from './question-failure.ts'

/** The tool says that it failed. For SQL that is an expected outcome, elsewhere the end of the question. */
export class ToolError extends QuestionFailure {
  /** In the tool's words: what PostgreSQL said. */
  readonly problem: string

  constructor(problem: string) {
    super('ToolFailed', `A tool of the MCP server failed: ${problem}. Ask again, or in other words.`)
    this.problem = problem
  }
}

/** The shop's tools give a tenth of this at most. */
const maxResultChars = 500_000

/** What the tool gave, of that shape. Throws ToolError where the tool says that it failed, QuestionFailure for all else. */
export function readToolResult<T>(result: CallToolResult, shape: z.ZodType<T>): T {
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

/** There was no answer. */
export function toolsAway(cause: unknown): QuestionFailure {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new QuestionFailure(
    'ToolsAway',
    `The MCP server or its database is away: ${message.slice(0, 200)}. See that it runs, then ask again.`,
    { cause },
  )
}
