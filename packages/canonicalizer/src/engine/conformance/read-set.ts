import assert from 'node:assert/strict'
import { describeProblem, parsePatterns } from '../../patterns/parse-patterns.ts'
import type { PatternSet } from '../../patterns/pattern-set.ts'

/** A set of these patterns, which must be good. */
export function readSet(...patterns: readonly Readonly<Record<string, unknown>>[]): PatternSet {
  const reading = parsePatterns(patterns.map((pattern) => JSON.stringify(pattern)).join('\n'), 'test.jsonl')
  return reading.ok ? reading.set : assert.fail(reading.problems.map(describeProblem).join('\n'))
}
