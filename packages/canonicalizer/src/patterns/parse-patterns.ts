// Patterns as JSON lines, in the format of spaCy's EntityRuler: {"label","pattern","id"}, and of ours "engine": "spacy"
// for what only spaCy knows, and "note" for who reads the file.
//
// Guarantees: no engine sees a line that was not found good; either all lines are good and there is a set, or the bad
// ones are named, each with what to do. Never throws for what stands in the text.
import { createHash } from 'node:crypto'
import { atOnce } from '../in-turns.ts'
import { readPattern } from './read-pattern.ts'
import type { Pattern, PatternProblem, PatternSet } from './pattern-set.ts'

export type PatternsReading =
  | { readonly ok: true; readonly set: PatternSet }
  | { readonly ok: false; readonly problems: readonly PatternProblem[] }

/** A list with 5 000 words is some 60 000. */
const maxLineChars = 100_000
/** 5 000 take spaCy 0.7 s to load, but 50 000 three minutes where half of them have an IN or the like; wink 0.4 s. */
const maxPatterns = 20_000
/** Whoever has more than these mends them first. */
const maxProblems = 50

/** The set of no patterns. */
export const noPatterns: PatternSet = makePatternSet([])

/** Reads JSON lines; `source` is what problems are named with. Empty lines are skipped; no line at all is an empty set. */
export function parsePatterns(jsonl: string, source: string): PatternsReading {
  return atOnce(parsingPatterns(jsonl, source))
}

/** The same in steps, a line each. */
export function parsingPatterns(jsonl: string, source: string): Generator<void, PatternsReading, void> {
  const lines = jsonl.replace(/^\uFEFF/, '').split('\n')
  const values = lines.flatMap((text, index) =>
    text.trim() === '' ? [] : [{ line: index + 1, read: () => parseLine(text) }],
  )
  return readingPatterns(values, source)
}

/** The same of values, in steps, such as a table's rows; a `read` that throws is a bad line, with the error's message. */
export function* readingPatterns(
  values: readonly { readonly line: number; readonly read: () => unknown }[],
  source: string,
): Generator<void, PatternsReading, void> {
  const tooMany = values[maxPatterns]
  if (tooMany !== undefined) {
    return fail([{ source, line: tooMany.line, message: `more than ${maxPatterns} patterns` }])
  }
  const patterns: Pattern[] = []
  const problems: PatternProblem[] = []
  for (const { line, read } of values) {
    yield
    const reading = readOne(read, { source, line })
    if (reading.ok) patterns.push(reading.pattern)
    else problems.push({ source, line, message: reading.message })
    if (problems.length === maxProblems) break
  }
  return problems.length > 0 ? fail(problems) : { ok: true, set: makePatternSet(patterns) }
}

/** One set of several, in their order; where two patterns match the same words, the one that comes first stands. */
export function mergePatternSets(sets: readonly PatternSet[]): PatternSet {
  return makePatternSet(sets.flatMap(({ patterns }) => patterns))
}

/** For a message or a terminal: `films.jsonl:3: label: write a text`. */
export function describeProblem({ source, line, message }: PatternProblem): string {
  return `${source}:${line}: ${message}`
}

function readOne(
  read: () => unknown,
  origin: { readonly source: string; readonly line: number },
): ReturnType<typeof readPattern> {
  let value: unknown
  try {
    value = read()
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  return readPattern(value, origin)
}

function parseLine(text: string): unknown {
  if (text.length > maxLineChars) {
    throw new Error(`a line of ${text.length} characters: ${maxLineChars} is the most`)
  }
  const value = tryParse(text)
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined)
  if (written.length > countKeys(value))
    throw new Error('a key stands twice in one object: the first would be lost')
  return value
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // V8's message quotes the line, which may be long.
    throw new Error('not JSON: write one complete object on each line', { cause: error })
  }
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value).reduce((sum: number, one: unknown) => sum + countKeys(one), 0)
  return (Array.isArray(value) ? 0 : Object.keys(value).length) + inside
}

function makePatternSet(patterns: readonly Pattern[]): PatternSet {
  const hash = createHash('sha256')
  for (const { label, id, engine, pattern } of patterns)
    hash.update(JSON.stringify([label, id, engine, pattern])).update('\n')
  return { patterns: Object.freeze([...patterns]), version: hash.digest('hex').slice(0, 32) }
}

function fail(problems: readonly PatternProblem[]): PatternsReading {
  return { ok: false, problems }
}
