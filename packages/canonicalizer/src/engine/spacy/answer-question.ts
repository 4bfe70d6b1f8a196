// From what spaCy found, in tokens, to an answer in offsets of the text that was asked. spaCy never sees that text, only
// its words, so there is nothing to translate from code points.
import type { PatternSet } from '../../patterns/pattern-set.ts'
import { EngineError, type PatternMatch } from '../nlp-engine.ts'
import type { FoundInText, FoundMatch } from './protocol.ts'
import type { Question } from './question.ts'

/** Resolves or rejects the question. `set` is the one that was in force when it was asked. */
export function answerQuestion(
  question: Question,
  found: FoundInText | undefined,
  set: PatternSet,
  model: string,
): void {
  if (found?.kind !== 'found') {
    const error = new EngineError('ENGINE_TEXT', `spaCy failed on this question: ${found?.error}`)
    question.reject(error)
    return
  }
  const locate = ([patternIndex, first, end]: FoundMatch): PatternMatch => {
    const pattern = set.patterns[patternIndex]
    return {
      label: pattern?.label ?? '',
      id: pattern?.id ?? '',
      start: question.tokens[first]?.start ?? 0,
      end: question.tokens[end - 1]?.end ?? 0,
      patternIndex,
    }
  }
  question.resolve({
    tokens: question.tokens,
    matches: found.matches.map(locate),
    hints: found.hints.map(locate),
    patternsVersion: set.version,
    engine: 'spacy',
    model,
  })
}
