// One normaliser before both engines: the same question, typed in another way, becomes the same words. Deterministic: no
// clock, no locale, no engine. Patterns are normalised by it too, so a pattern is written as people write.
//
// Guarantees: words are separated by single spaces; every word has its place in the question; what it gives, given to it
// again, is not changed; it takes linear time. Words are changed only into words that the patterns know (vocabulary.ts).
import { isMonth, readDates } from './date-words.ts'
import { isNumberWord, readNumbers } from './number-words.ts'
import { plainWord } from './plain-word.ts'
import { readWords, type Word } from './read-words.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A question is refused above this, in UTF-16 units: no question is so long, and time and memory are bounded by it. */
export const maxQuestionChars = 4_096
/** And above so many words, which is also what the engines take. */
export const maxQuestionWords = 256

/** The question is too long to be one. The message does not hold it. */
export class QuestionTooLong extends Error {
  override readonly name = 'QuestionTooLong'
  readonly code = 'QUESTION_TOO_LONG'
}

export interface NormalisedText {
  readonly text: string
  /** In order; the n-th word of `text`. */
  readonly words: readonly NormalisedWord[]
}

export interface NormalisedWord extends Word {
  /** In `text`, the end exclusive. */
  readonly textStart: number
  readonly textEnd: number
}

/** Throws QuestionTooLong. Without a vocabulary, words are not corrected. */
export function normalise(question: string, vocabulary?: Vocabulary): NormalisedText {
  if (question.length > maxQuestionChars) {
    throw new QuestionTooLong(
      `a question has at most ${maxQuestionChars} characters, and this one ${question.length}`,
    )
  }
  // Dates again, for a year may be written in words: "January nineteen hundred".
  const plain = readDates(readNumbers(readDates(readWords(question).flatMap(splitPlainWord))))
  const words = vocabulary === undefined ? plain : correctWords(plain, vocabulary)
  if (words.length > maxQuestionWords) {
    throw new QuestionTooLong(
      `a question has at most ${maxQuestionWords} words, and this one ${words.length}`,
    )
  }
  let offset = 0
  const placed = words.map((word) => {
    const textStart = offset
    offset += word.text.length + 1
    return { ...word, textStart, textEnd: offset - 1 }
  })
  return { text: placed.map(({ text }) => text).join(' '), words: placed }
}

function splitPlainWord(word: Word): Word[] {
  return plainWord(word.text).map((text, index) => ({
    ...word,
    text,
    breakBefore: word.breakBefore && index === 0,
  }))
}

function correctWords(words: readonly Word[], vocabulary: Vocabulary): Word[] {
  const result: Word[] = []
  for (const typed of words) {
    const before = result.at(-1)
    const isParted = typed.breakBefore && before !== undefined && vocabulary.isParted(before.text, typed.text)
    const word = isParted ? { ...typed, breakBefore: false } : typed
    // "PG 13" is PG13 to whoever has a pattern for that.
    if (
      before !== undefined &&
      !word.breakBefore &&
      /^\d+$/.test(word.text) &&
      /^[a-z]+$/.test(before.text)
    ) {
      const joined = before.text + word.text
      if (vocabulary.has(joined)) {
        result[result.length - 1] = { ...before, text: joined, end: word.end }
        continue
      }
    }
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(word.text) ?? []
    // "5kg", where kilograms are known; "5ten" is nothing.
    const isUnit = !isNumberWord(unit) && !isMonth(unit) && vocabulary.has(vocabulary.correct(unit).text)
    if (number !== undefined && isUnit) {
      result.push({ ...word, text: number }, { ...word, ...vocabulary.correct(unit), breakBefore: false })
    } else result.push({ ...word, ...vocabulary.correct(word.text) })
  }
  return result
}
