// The tokens of a text, the same for both engines: what stands between white space.
import { EngineError, maxTextChars, maxTextWords, maxWordChars, type EngineToken } from './nlp-engine.ts'

export interface SplitText {
  readonly tokens: readonly EngineToken[]
  /** Of each token, what an engine is given of it: well-formed, and at most `maxWordChars` long. Never empty. */
  readonly words: readonly string[]
}

/** Throws an EngineError, `ENGINE_TEXT`, when the text is too long. */
export function splitWords(text: string): SplitText {
  if (text.length > maxTextChars) {
    throw new EngineError('ENGINE_TEXT', `the text has ${text.length} characters, more than ${maxTextChars}`)
  }
  const tokens: EngineToken[] = []
  const words: string[] = []
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    if (tokens.length === maxTextWords) {
      throw new EngineError('ENGINE_TEXT', `the text has more than ${maxTextWords} words`)
    }
    tokens.push({ start: index, end: index + word.length })
    // Half a character, be it the text's or the cut's, cannot be written as UTF-8.
    words.push(word.slice(0, maxWordChars).toWellFormed())
  }
  return { tokens, words }
}
