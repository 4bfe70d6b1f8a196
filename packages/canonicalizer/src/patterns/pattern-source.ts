// Where patterns come from: files, a table, or what a program has itself.
import { mergePatternSets, type PatternsReading } from './parse-patterns.ts'
import type { PatternProblem, PatternSet } from './pattern-set.ts'

/** A place that patterns come from, which may change while questions are asked. */
export interface PatternSource {
  /** What people know it by. */
  readonly name: string
  /** Another text whenever `read` might find other patterns; much cheaper than `read`. Rejects when they cannot be reached. */
  readVersion(): Promise<string>
  /** Rejects when they cannot be reached; what is wrong with a pattern is a problem, not a rejection. */
  read(): Promise<PatternsReading>
}

/** All of them as one set, in their order; or all problems of all of them. */
export async function readSources(sources: readonly PatternSource[]): Promise<PatternsReading> {
  const sets: PatternSet[] = []
  const problems: PatternProblem[] = []
  for (const reading of await Promise.all(sources.map((source) => source.read()))) {
    if (reading.ok) sets.push(reading.set)
    else problems.push(...reading.problems)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, set: mergePatternSets(sets) }
}
