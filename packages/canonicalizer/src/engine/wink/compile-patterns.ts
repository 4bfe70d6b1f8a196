// A pattern set made ready for matching, once. Each different token becomes a number; a word is asked once which of them
// hold for it, and the answer is kept; a pattern is tried only where a token stands that it can begin with. So what a
// question costs depends on what matches in it, not on how many patterns there are.
import type { PatternSet, TokensPattern } from '../../patterns/pattern-set.ts'
import { expandOperator, type Step } from '../../patterns/pattern-operators.ts'
import { compileToken, type CompiledToken } from './compile-token.ts'
import { readWord } from './word-attributes.ts'

/** Words whose answers are kept: some 2 MB at most. People ask with a few thousand. */
const maxKnownWords = 10_000
/** Most cost less than a microsecond; a hostile REGEX 5 ms. */
const askedPerYield = 8

/** A token pattern as an automaton: its state is a set of steps, one bit each, and the bit after the last is the end. */
export interface Automaton {
  readonly patternIndex: number
  readonly steps: readonly { readonly kind: Step; readonly token: number }[]
  /** Of each step, and of the end: its bit, and those of what can be reached from it without a word. */
  readonly reach: readonly number[]
  readonly endBit: number
}

export interface Phrase {
  readonly patternIndex: number
  readonly words: readonly string[]
}

export interface CompiledPatterns {
  readonly set: PatternSet
  /** By the first word. */
  readonly phrases: ReadonlyMap<string, readonly Phrase[]>
  /** By a token that can be the first. */
  readonly automata: ReadonlyMap<number, readonly Automaton[]>
  /** Those that can begin with any word but some. */
  readonly anywhere: readonly Automaton[]
  /** The tokens that hold for a word; yields in between, for it may have to ask many of a word that it does not know. */
  readonly tokensOf: (word: string) => Generator<void, ReadonlySet<number>, void>
}

/** In steps, a pattern each. */
export function* compilingPatterns(set: PatternSet): Generator<void, CompiledPatterns, void> {
  const tokens = new TokenTable()
  const phrases = new Map<string, Phrase[]>()
  const automata = new Map<number, Automaton[]>()
  const anywhere: Automaton[] = []
  for (const [patternIndex, pattern] of set.patterns.entries()) {
    yield
    if (pattern.engine !== 'any') continue
    if (pattern.kind === 'phrase') {
      const words = pattern.pattern.split(' ')
      pushTo(phrases, words[0] ?? '', { patternIndex, words })
    } else if (pattern.kind === 'tokens') {
      const automaton = compileAutomaton(pattern, patternIndex, tokens)
      const firsts = automaton.steps.filter((_, step) => ((automaton.reach[0] ?? 0) & (1 << step)) !== 0)
      if (firsts.some(({ kind }) => kind === 'not')) anywhere.push(automaton)
      else for (const token of new Set(firsts.map((first) => first.token))) pushTo(automata, token, automaton)
    }
  }
  return { set, phrases, automata, anywhere, tokensOf: (word) => tokens.tokensOf(word) }
}

function compileAutomaton({ pattern }: TokensPattern, patternIndex: number, tokens: TokenTable): Automaton {
  const steps = pattern.flatMap((one) => {
    const expanded = expandOperator(one['OP'])
    if (typeof expanded === 'string') throw new TypeError(expanded)
    const token = tokens.numberOf(one)
    return expanded.map((kind) => ({ kind, token }))
  })
  const endBit = 1 << steps.length
  const reach: number[] = Array.from({ length: steps.length + 1 }, () => endBit)
  for (let step = steps.length - 1; step >= 0; step -= 1) {
    const kind = steps[step]?.kind
    const isSkipped = kind === 'optional' || kind === 'any-number'
    reach[step] = (1 << step) | (isSkipped ? (reach[step + 1] ?? 0) : 0)
  }
  return { patternIndex, steps, reach, endBit }
}

class TokenTable {
  private readonly numbers = new Map<string, number>()
  private readonly tokens: CompiledToken[] = []
  private readonly byText = new Map<string, number[]>()
  private readonly byLower = new Map<string, number[]>()
  private readonly askedOfAll: number[] = []
  private readonly known = new Map<string, ReadonlySet<number>>()

  numberOf(pattern: TokensPattern['pattern'][number]): number {
    const key = JSON.stringify(Object.entries(pattern).filter(([name]) => name !== 'OP'))
    const existing = this.numbers.get(key)
    if (existing !== undefined) return existing
    const token = compileToken(pattern)
    const number = this.tokens.push(token) - 1
    this.numbers.set(key, number)
    if (token.words === undefined) this.askedOfAll.push(number)
    else {
      const index = token.words.of === 'text' ? this.byText : this.byLower
      for (const word of new Set(token.words.list)) pushTo(index, word, number)
    }
    return number
  }

  *tokensOf(text: string): Generator<void, ReadonlySet<number>, void> {
    const known = this.known.get(text)
    if (known !== undefined) return known
    const word = readWord(text)
    const holding = new Set<number>()
    const candidates = [
      ...(this.byText.get(word.text) ?? []),
      ...(this.byLower.get(word.lower) ?? []),
      ...this.askedOfAll,
    ]
    for (const [index, number] of candidates.entries()) {
      if (this.tokens[number]?.holds(word) === true) holding.add(number)
      if (index % askedPerYield === askedPerYield - 1) yield
    }
    const [oldest] = this.known.size < maxKnownWords ? [] : this.known.keys()
    if (oldest !== undefined) this.known.delete(oldest)
    this.known.set(text, holding)
    return holding
  }
}

function pushTo<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
