// How a tool answers: with data, or with an error that the model can act upon.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { DatabaseError } from 'pg'

/** A refusal of ours: the message says what to do. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal'
}

/** The result as text and as structured content; what `work` throws as an `isError` result, never as an exception. */
export async function answerCall(work: () => Promise<object>): Promise<CallToolResult> {
  try {
    const answer = await work()
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: { ...answer } }
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error: explain(error) }) }] }
  }
}

/** Where PostgreSQL has no hint of its own. */
const hints: Readonly<Record<string, string>> = {
  '42501':
    'Only tables that list_tables gives can be read, and no function can be called that does more than compute.',
  '42601': 'One SELECT can be run, which may begin with WITH.',
  '53400': 'This sorts or keeps too many rows. Read less, or aggregate.',
  '57014': 'A query has 5 seconds. Read less, or aggregate.',
}

/** No stack and no address: a model can do nothing with them. `retry`: the same call may succeed in a moment. */
function explain(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof ToolRefusal) return { message: error.message, retry: false }
  if (error instanceof DatabaseError && !isAbsence(error.code)) {
    const { message, code: sqlstate, hint = hints[error.code ?? ''], detail, position } = error
    return { message, sqlstate, hint, detail, position: position && Number(position), retry: false }
  }
  // Not a word of PostgreSQL's: it did not answer.
  return {
    message: 'The database is busy, or cannot be reached. Try the same call again in a moment.',
    retry: true,
  }
}

/** PostgreSQL is starting, stopping, or has no connection left (classes 08, 53 and 57P). */
function isAbsence(sqlstate: string | undefined): boolean {
  return sqlstate !== undefined && /^(57P0[1-5]|53300|0800[036])$/.test(sqlstate)
}
