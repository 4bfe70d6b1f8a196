// What patterns go through between being read and being given to an engine: their ids mean something, their words are
// normalised as those of questions are. `patterns check` asks for the same, so that what it finds good is taken.
import { inTurns } from './in-turns.ts'
import { checkIds } from './interpret/check-ids.ts'
import { normalisingPatterns } from './normalise/normalise-patterns.ts'
import type { Vocabulary } from './normalise/vocabulary.ts'
import { BadPatterns } from './patterns/bad-patterns.ts'
import type { PatternSet } from './patterns/pattern-set.ts'

/** Rejects with BadPatterns. Others have the event loop meanwhile. */
export async function preparePatterns(
  set: PatternSet,
): Promise<{ readonly patterns: PatternSet; readonly vocabulary: Vocabulary }> {
  const problems = checkIds(set)
  if (problems.length > 0) throw new BadPatterns(problems)
  const normalised = await inTurns(normalisingPatterns(set))
  if (!normalised.ok) throw new BadPatterns(normalised.problems)
  return normalised
}
