import { QuestionFailure } from './question-failure.ts'

/** What the model is asked to begin with when the tables cannot answer. */
export const refusalWord = 'CANNOT:'

/**
 * The SQL in what a model said: the first block of code, or all of it. It need not be SQL, validate-sql.ts looks at that.
 * Throws when the model says that there is none.
 */
export function readSql(said: string): string {
  const text = said.trim()
  if (text.startsWith(refusalWord)) {
    const reason = text.slice(refusalWord.length).trim().slice(0, 500)
    throw new QuestionFailure('NotAnswerable', `The model has no SQL for this: ${reason}`)
  }
  const block = /```(?:sql)?\s*\n([^]*?)```/i.exec(text)
  return (block?.[1] ?? text).trim()
}
