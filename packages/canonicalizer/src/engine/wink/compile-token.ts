// One token of a pattern, without its OP, as a question to a word. Tokens come from parse-patterns.ts and are trusted.
import type { TokenPattern } from '../../patterns/pattern-set.ts'
import { readRegex } from '../../patterns/read-regex.ts'
import { allowedEdits, isWithinEdits } from './edit-distance.ts'
import type { WordAttributes } from './word-attributes.ts'

export interface CompiledToken {
  /** The only words that it can hold for, to find it by; undefined: it must be asked of every word. */
  readonly words: { readonly of: 'text' | 'lower'; readonly list: readonly string[] } | undefined
  readonly holds: (word: WordAttributes) => boolean
}

type Test = (word: WordAttributes) => boolean

const textOf: Readonly<Record<string, (word: WordAttributes) => string>> = {
  TEXT: (word) => word.text,
  ORTH: (word) => word.text,
  LOWER: (word) => word.lower,
  SHAPE: (word) => word.shape,
}
const flagOf: Readonly<Record<string, (word: WordAttributes) => boolean>> = {
  IS_DIGIT: (word) => word.isDigit,
  LIKE_NUM: (word) => word.likeNum,
  IS_PUNCT: (word) => word.isPunct,
}
const compare: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '>=': (one, other) => one >= other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
}

/** All keys must hold, and all predicates of each. */
export function compileToken(token: TokenPattern): CompiledToken {
  const entries = Object.entries(token).filter(([key]) => key !== 'OP')
  const tests = entries.flatMap(([key, value]) => compileKey(key, value))
  const [only] = tests
  const holds: Test =
    tests.length === 1 && only !== undefined ? only : (word) => tests.every((test) => test(word))
  return { words: findWords(entries), holds }
}

function findWords(entries: readonly (readonly [string, unknown])[]): CompiledToken['words'] {
  for (const [key, value] of entries) {
    if (key !== 'LOWER' && key !== 'TEXT' && key !== 'ORTH') continue
    const of = key === 'LOWER' ? 'lower' : 'text'
    if (typeof value === 'string') return { of, list: [value] }
    const list = (value as { readonly IN?: readonly string[] }).IN
    if (list !== undefined) return { of, list }
  }
  return undefined
}

function compileKey(key: string, value: unknown): Test[] {
  const flag = flagOf[key]
  if (flag !== undefined) return [(word) => flag(word) === value]
  const text = textOf[key]
  if (text !== undefined) {
    if (typeof value === 'string') return [(word) => text(word) === value]
    return Object.entries(value as object).map(([predicate, given]) => {
      const test = compileTextPredicate(predicate, given)
      return (word) => test(text(word))
    })
  }
  if (key !== 'LENGTH') throw new TypeError(`${key} is not a key that this engine knows`)
  if (typeof value === 'number') return [(word) => word.length === value]
  return Object.entries(value as object).map(([predicate, given]) => {
    const test = compileNumberPredicate(predicate, given)
    return (word) => test(word.length)
  })
}

function compileNumberPredicate(predicate: string, given: unknown): (value: number) => boolean {
  const comparison = compare[predicate]
  if (comparison !== undefined) return (value) => comparison(value, given as number)
  const set = new Set(given as readonly number[])
  return predicate === 'IN' ? (value) => set.has(value) : (value) => !set.has(value)
}

function compileTextPredicate(predicate: string, given: unknown): (value: string) => boolean {
  if (predicate === 'IN' || predicate === 'NOT_IN') {
    const set = new Set(given as readonly string[])
    return predicate === 'IN' ? (value) => set.has(value) : (value) => !set.has(value)
  }
  const compileOne = predicate === 'REGEX' ? compileRegex : compileFuzzy(predicate)
  if (typeof given === 'string') return compileOne(given)
  const nested = Object.entries(given as Readonly<Record<string, readonly string[]>>).map(([name, list]) => {
    const tests = list.map(compileOne)
    const holdsAny = (value: string): boolean => tests.some((test) => test(value))
    return name === 'IN' ? holdsAny : (value: string) => !holdsAny(value)
  })
  return (value) => nested.every((test) => test(value))
}

function compileRegex(pattern: string): (value: string) => boolean {
  const reading = readRegex(pattern)
  if (!reading.ok) throw new TypeError(reading.message)
  const regex = new RegExp(reading.source, 'u')
  return (value) => regex.test(value)
}

function compileFuzzy(predicate: string): (pattern: string) => (value: string) => boolean {
  const digit = predicate.slice('FUZZY'.length)
  return (pattern) => {
    const most = digit === '' ? allowedEdits(pattern) : Number(digit)
    const wanted = [...pattern]
    return (value) => value === pattern || isWithinEdits([...value], wanted, most)
  }
}
