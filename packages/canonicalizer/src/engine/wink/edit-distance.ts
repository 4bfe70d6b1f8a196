// FUZZY: the distance of Levenshtein, in characters, as spaCy's levenshtein_compare bounds it.

/**
 * The edits that plain FUZZY allows: 30 % of the pattern's characters, at least two. Python rounds halves to the even
 * number.
 */
export function allowedEdits(pattern: string): number {
  const share = 0.3 * [...pattern].length
  const below = Math.floor(share)
  const rest = share - below
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
  return Math.max(2, rounded)
}

/** Whether at most so many insertions, deletions and replacements make the one out of the other. */
export function isWithinEdits(one: readonly string[], other: readonly string[], most: number): boolean {
  if (Math.abs(one.length - other.length) > most) return false
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [row, character] of one.entries()) {
    const current = [row + 1]
    let least = row + 1
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (character === other[column - 1] ? 0 : 1)
      const distance = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      current.push(distance)
      if (distance < least) least = distance
    }
    if (least > most) return false
    previous = current
  }
  return (previous[other.length] ?? 0) <= most
}
