// Which of all matches stand, for both engines. spaCy's EntityRuler does the same, but where two matches have the same
// tokens it takes whichever a Python set yields first; here it is the pattern that stands first.

/** A match in tokens: `end` exclusive. */
export interface TokenMatch {
  readonly patternIndex: number
  readonly start: number
  readonly end: number
}

/** Longest first, then the earliest, then the pattern that stands first; what overlaps an earlier choice falls. In the order of the text. */
export function resolveMatches(all: readonly TokenMatch[]): TokenMatch[] {
  if (all.length === 0) return []
  const ranked = [...all].sort(
    (one, other) =>
      other.end - other.start - (one.end - one.start) ||
      one.start - other.start ||
      one.patternIndex - other.patternIndex,
  )
  const taken = new Set<number>()
  const chosen: TokenMatch[] = []
  for (const match of ranked) {
    // Whatever was chosen before is at least as long, so it covers the first or the last token of what it overlaps.
    if (match.start === match.end || taken.has(match.start) || taken.has(match.end - 1)) continue
    for (let token = match.start; token < match.end; token += 1) taken.add(token)
    chosen.push(match)
  }
  return chosen.sort((one, other) => one.start - other.start)
}
