import { describeProblem } from './parse-patterns.ts'
import type { PatternProblem } from './pattern-set.ts'

/** Some patterns are bad: which, and what to do. */
export class BadPatterns extends Error {
  override readonly name = 'BadPatterns'
  readonly code = 'BAD_PATTERNS'
  readonly problems: readonly PatternProblem[]

  constructor(problems: readonly PatternProblem[]) {
    super(problems.map(describeProblem).join('\n'))
    this.problems = problems
  }
}
