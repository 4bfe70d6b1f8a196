// What patterns that only spaCy knows may do: raise or lower confidence, or refuse a match. Never make one, so that a
// fingerprint never holds what only one engine saw.
import type { PatternMatch } from '../engine/nlp-engine.ts'

/** A hint with this label refuses the matches it overlaps, those with its id or, with id `*`, all: their words stay words. */
export const refusal = 'REFUSE'
/** A hint with this label says that the question may be meant in another way: it halves the confidence. */
export const doubt = 'DOUBT'

/** The matches that no hint refuses. */
export function withoutRefused(
  matches: readonly PatternMatch[],
  hints: readonly PatternMatch[],
): readonly PatternMatch[] {
  const refusals = hints.filter(({ label }) => label === refusal)
  return matches.filter(
    (match) => !refusals.some((hint) => (hint.id === '*' || hint.id === match.id) && overlaps(hint, match)),
  )
}

/** `understood` is the share of words that were; each match that a hint of the same label and id confirms takes away its part of half the doubt. */
export function weighConfidence(
  understood: number,
  matches: readonly PatternMatch[],
  hints: readonly PatternMatch[],
): number {
  const confirmed = matches.filter((match) =>
    hints.some((hint) => hint.label === match.label && hint.id === match.id && overlaps(hint, match)),
  )
  const share = matches.length === 0 ? 0 : confirmed.length / matches.length
  const raised = understood === 0 ? 0 : understood + ((1 - understood) / 2) * share
  const lowered = hints.some(({ label }) => label === doubt) ? raised / 2 : raised
  return Math.round(lowered * 1_000) / 1_000
}

function overlaps(one: PatternMatch, other: PatternMatch): boolean {
  return one.start < other.end && other.start < one.end
}
