// Stage 1. The package makes the span (`canonicalize.spacy` or `canonicalize.wink`) and puts the fingerprint on it, by which
// Holdfast tells how each question, in whatever words, is doing: GET /api/v1/stats/fingerprints.
import { QuestionTooLong } from '@holdfast/canonicalizer'
import type { AgentParts } from './agent-parts.ts'
import { QuestionFailure } from './question-failure.ts'

/** The fingerprint; empty when the engine failed, which the span tells. The answer does not depend on it. */
export async function canonicalize(question: string, { canonicalizer }: AgentParts): Promise<string> {
  try {
    const { fingerprint } = await canonicalizer.processQuery(question)
    return fingerprint
  } catch (error) {
    if (!(error instanceof QuestionTooLong)) return ''
    throw new QuestionFailure(
      'QuestionTooLong',
      `This is too long: ${error.message}. Ask one thing at a time.`,
    )
  }
}
