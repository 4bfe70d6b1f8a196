// Patterns are matched in the normalised text, so they are normalised as questions are: an author writes "PG-13 movies".
import { atOnce } from '../in-turns.ts'
import type { Pattern, PatternProblem, PatternSet, TextValue, TokenPattern } from '../patterns/pattern-set.ts'
import { normalise, QuestionTooLong } from './normalise.ts'
import { makeVocabulary, type KnownWord, type Vocabulary } from './vocabulary.ts'

export type NormalisedPatterns =
  | { readonly ok: true; readonly patterns: PatternSet; readonly vocabulary: Vocabulary }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] }

/** What a token's text is compared by; REGEX, SHAPE and the like are the author's, and meet lower case and singulars. */
const textKeys = new Set(['TEXT', 'ORTH', 'LOWER'])

/** The same set, in the same order and of the same version, and the words that it knows. */
export function normalisePatterns(set: PatternSet): NormalisedPatterns {
  return atOnce(normalisingPatterns(set))
}

/** The same in steps, some tenths of a millisecond each: 20 000 patterns take seconds. */
export function* normalisingPatterns(set: PatternSet): Generator<void, NormalisedPatterns, void> {
  const problems: PatternProblem[] = []
  const tell = ({ source, line }: Pattern, message: string): void => {
    problems.push({ source, line, message })
  }
  for (const pattern of set.patterns) {
    yield
    if (pattern.kind !== 'phrase') continue
    const words = tryNormalise(pattern.pattern)
    if (words === undefined) tell(pattern, 'the phrase is longer than a question may be')
    else if (words === '') tell(pattern, 'the phrase has only punctuation')
  }
  if (problems.length > 0) return { ok: false, problems }
  // Hints tell of questions; they add no words.
  const words: KnownWord[] = []
  for (const pattern of set.patterns) {
    yield
    if (pattern.engine === 'any') words.push(...wordsOf(pattern))
  }
  const vocabulary = makeVocabulary(
    words,
    set.patterns.some(({ engine, label }) => engine === 'spacy' && label === 'REFUSE'),
  )
  const patterns: Pattern[] = []
  for (const pattern of set.patterns) {
    yield
    patterns.push(normalisePattern(pattern, vocabulary))
  }
  return { ok: true, patterns: { patterns, version: set.version }, vocabulary }
}

function normalisePattern(pattern: Pattern, vocabulary: Vocabulary): Pattern {
  if (pattern.kind === 'phrase') return { ...pattern, pattern: normalise(pattern.pattern, vocabulary).text }
  if (pattern.kind === 'dependency') return pattern
  return { ...pattern, pattern: pattern.pattern.map((token) => normaliseToken(token, vocabulary)) }
}

function normaliseToken(token: TokenPattern, vocabulary: Vocabulary): TokenPattern {
  return Object.fromEntries(
    Object.entries(token).map(([key, value]) => [
      key,
      textKeys.has(key) ? normaliseValue(value as TextValue, vocabulary) : value,
    ]),
  )
}

function normaliseValue(value: TextValue, vocabulary: Vocabulary): TextValue {
  const one = (text: string): string => {
    const normalised = tryNormalise(text, vocabulary) ?? ''
    // Of a token only one word can be.
    return normalised === '' || normalised.includes(' ') ? text.toLowerCase() : normalised
  }
  if (typeof value === 'string') return one(value)
  return Object.fromEntries(
    Object.entries(value).map(([predicate, operand]) =>
      predicate === 'IN' || predicate === 'NOT_IN'
        ? [predicate, (operand as readonly string[]).map(one)]
        : [predicate, operand],
    ),
  )
}

function wordsOf(pattern: Pattern): KnownWord[] {
  const kind = pattern.label === 'FILTER' ? 'value' : pattern.label === 'METRIC' ? 'metric' : 'word'
  if (pattern.kind !== 'phrase') return textsOf(pattern).map((text) => ({ text, kind }))
  const { words } = normalise(pattern.pattern)
  return words.map(({ text, breakBefore }, index) => ({
    text,
    kind,
    isAlone: words.length === 1,
    afterBreak: breakBefore ? words[index - 1]?.text : undefined,
  }))
}

function textsOf(pattern: Pattern): string[] {
  if (pattern.kind !== 'tokens') return []
  const texts = pattern.pattern.flatMap((token) =>
    Object.entries(token)
      .filter(([key]) => textKeys.has(key))
      .flatMap(([, value]) =>
        typeof value === 'string' ? [value] : ((value as { IN?: string[] }).IN ?? []),
      ),
  )
  return texts.map((text) => tryNormalise(text) ?? '').filter((text) => text !== '' && !text.includes(' '))
}

function tryNormalise(text: string, vocabulary?: Vocabulary): string | undefined {
  try {
    return normalise(text, vocabulary).text
  } catch (error) {
    if (error instanceof QuestionTooLong) return undefined
    throw error
  }
}
