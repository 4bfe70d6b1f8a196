import { APIConnectionError, APIError, AuthenticationError, RateLimitError } from 'openai'
import { QuestionFailure } from './question-failure.ts'

/** What became of the call, and what to do. What the model's server wrote is bounded: it may be a whole page. */
export function describeModelError(error: unknown): QuestionFailure {
  if (error instanceof QuestionFailure) return error
  const cause = { cause: error }
  if (error instanceof APIConnectionError) {
    return new QuestionFailure(
      'ModelAway',
      'The model cannot be reached. Is OPENAI_BASE_URL right, and is it up?',
      cause,
    )
  }
  if (error instanceof RateLimitError) {
    return new QuestionFailure(
      'ModelBusy',
      `The model takes no more for now (429). Ask again in a minute.${say(error)}`,
      cause,
    )
  }
  if (error instanceof AuthenticationError) {
    return new QuestionFailure(
      'ModelRefused',
      'The model does not accept the key (401). Set OPENAI_API_KEY.',
      cause,
    )
  }
  if (error instanceof APIError && error.status !== undefined) {
    const { status } = error as { status: number }
    const advice =
      status === 404 ? 'Is there a model OPENAI_MODEL, and is OPENAI_BASE_URL right?' : 'Ask again.'
    return new QuestionFailure(
      'ModelRefused',
      `The model answered with ${status}. ${advice}${say(error)}`,
      cause,
    )
  }
  return new QuestionFailure(
    'ModelNonsense',
    'What the model sent is no answer, or broke off. Ask again.',
    cause,
  )
}

function say(error: Error): string {
  return ` It said: ${error.message.slice(0, 300)}`
}
