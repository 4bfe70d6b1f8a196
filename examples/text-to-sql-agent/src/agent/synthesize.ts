// Stage 7. The model makes a sentence of the rows, word by word. The span of the call lasts as long as its stream, and has the
// time to the first word. That there are no rows is an answer too: the question was understood, and nothing is like that.
import type { AgentParts } from './agent-parts.ts'
import type { Rows } from './execute-sql.ts'
import { answerMessages } from './prompts.ts'
import { QuestionFailure } from './question-failure.ts'

/** Whoever asked wants a sentence; a model that does not stop is stopped. */
const maxAnswerChars = 4_000

export function synthesize(question: string, rows: Rows, { telemetry, model }: AgentParts): Promise<string> {
  return telemetry.span('synthesize', { type: 'CHAIN' }, async (span) => {
    let answer = ''
    for await (const piece of model.stream(answerMessages(question, rows))) {
      answer += piece
      if (answer.length > maxAnswerChars) break
    }
    answer = answer.slice(0, maxAnswerChars).trim()
    if (answer === '') {
      throw new QuestionFailure('ModelNonsense', 'The model made no sentence of the rows. Ask again.')
    }
    span.setOutputs(answer)
    return answer
  })
}
