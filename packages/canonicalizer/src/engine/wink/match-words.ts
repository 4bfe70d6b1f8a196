// All matches of a compiled set in the words of a text, by the rules of spaCy's Matcher: every length, none empty.
//
// Each pattern is followed from each word as a set of steps, so its cost is words × steps and no pattern can make it
// more: an automaton that keeps paths apart, as spaCy's does, takes time by a power of the words for `*` upon `*`.
import { EngineError } from '../nlp-engine.ts'
import type { TokenMatch } from '../resolve-matches.ts'
import type { Automaton, CompiledPatterns } from './compile-patterns.ts'

/** Words looked at between two yields: some 0.1 ms. */
const workPerYield = 1_000
/** Only hostile patterns have so many: 5 000 that match any number of any words. */
const maxMatches = 200_000

/** Yields between pieces of work, so that whoever drives it can let others go first, or give up. */
export function* matchWords(
  compiled: CompiledPatterns,
  words: readonly string[],
): Generator<void, TokenMatch[], void> {
  const matches: TokenMatch[] = []
  const holding: ReadonlySet<number>[] = []
  for (const word of words) holding.push(yield* compiled.tokensOf(word))
  let work = 0
  for (const [start, word] of words.entries()) {
    for (const phrase of compiled.phrases.get(word) ?? []) {
      const { length } = phrase.words
      if (phrase.words.every((one, index) => one === words[start + index])) {
        matches.push({ patternIndex: phrase.patternIndex, start, end: start + length })
      }
    }
    for (const automaton of automataAt(compiled, holding[start] ?? new Set())) {
      work += followFrom(automaton, start, holding, matches)
      if (matches.length > maxMatches) {
        throw new EngineError('ENGINE_TIMEOUT', `more than ${maxMatches} matches: some patterns match nearly everything`) // prettier-ignore
      }
      if (work < workPerYield) continue
      work = 0
      yield
    }
  }
  return matches
}

function automataAt(compiled: CompiledPatterns, tokens: ReadonlySet<number>): Iterable<Automaton> {
  const lists = [...tokens].flatMap((token) => compiled.automata.get(token) ?? [])
  // A pattern that can begin with two tokens, which both hold here, is in two lists.
  return tokens.size > 1 ? new Set([...lists, ...compiled.anywhere]) : [...lists, ...compiled.anywhere]
}

/** Adds every match that begins here; returns how many words were looked at. */
function followFrom(
  { patternIndex, steps, reach, endBit }: Automaton,
  start: number,
  holding: readonly ReadonlySet<number>[],
  matches: TokenMatch[],
): number {
  let state = reach[0] ?? 0
  let at = start
  while (at < holding.length && state !== 0) {
    const tokens = holding[at]
    let next = 0
    for (const [index, { kind, token }] of steps.entries()) {
      if ((state & (1 << index)) === 0) continue
      if ((tokens?.has(token) ?? false) === (kind === 'not')) continue
      next |= reach[kind === 'any-number' ? index : index + 1] ?? 0
    }
    at += 1
    if ((next & endBit) !== 0) matches.push({ patternIndex, start, end: at })
    state = next & ~endBit
  }
  return at - start + 1
}
