// One pattern: a line of a file, or a row of a table. What it gives out is safe to hand to any engine.
import { checkDependency, isDependencyPattern } from './check-dependency.ts'
import { checkTokens, type PatternEngine } from './check-tokens.ts'
import { isObject } from './check-token-value.ts'
import type { DependencyNode, Pattern, TokenPattern } from './pattern-set.ts'

export type PatternReading =
  { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly message: string }

const keys = ['label', 'pattern', 'id', 'engine', 'note']
const maxNameChars = 200
const maxPhraseChars = 1_000
const maxPhraseWords = 50

export function readPattern(
  value: unknown,
  origin: { readonly source: string; readonly line: number },
): PatternReading {
  if (!isObject(value)) return bad('write an object with label and pattern, such as {"label":"ENTITY","pattern":"film","id":"FILM"}') // prettier-ignore
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) return bad(`there is no key ${JSON.stringify(unknown.slice(0, 30))}: the keys are ${keys.join(', ')}`) // prettier-ignore
  const { label, pattern, id = '', engine = 'any' } = value
  const problem = checkName('label', label) ?? (id === '' ? undefined : checkName('id', id))
  if (problem !== undefined) return bad(problem)
  if (label === '') return bad('label: write one, such as "ENTITY"')
  if (engine !== 'any' && engine !== 'spacy') return bad('engine: write "spacy", or leave it out')
  const named = { ...origin, label: String(label), id: String(id), engine } as const
  if (typeof pattern === 'string') return readPhrase(pattern, named)
  if (!Array.isArray(pattern)) return bad('pattern: write a text, or a list of tokens')
  return readList(pattern, named, engine)
}

type Named = Omit<Pattern, 'kind' | 'pattern'>

function readPhrase(phrase: string, named: Named): PatternReading {
  if (phrase.length > maxPhraseChars) {
    return bad(`pattern: a phrase of ${phrase.length} characters: ${maxPhraseChars} is the most`)
  }
  if (!phrase.isWellFormed()) return bad('pattern: a phrase with half a character (a lone surrogate)')
  const words = phrase.split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return bad('pattern: the phrase is empty')
  if (words.length > maxPhraseWords) {
    return bad(`pattern: a phrase of ${words.length} words: ${maxPhraseWords} is the most`)
  }
  return { ok: true, pattern: { ...named, kind: 'phrase', pattern: words.join(' ') } }
}

function readList(list: readonly unknown[], named: Named, engine: PatternEngine): PatternReading {
  if (!isDependencyPattern(list)) {
    const problem = checkTokens(list, engine)
    if (problem !== undefined) return bad(`pattern: ${problem}`)
    return { ok: true, pattern: { ...named, kind: 'tokens', pattern: list as readonly TokenPattern[] } }
  }
  if (engine !== 'spacy') return bad('pattern: nodes of a DependencyMatcher need "engine": "spacy"')
  const problem = checkDependency(list)
  if (problem !== undefined) return bad(`pattern: ${problem}`)
  return { ok: true, pattern: { ...named, kind: 'dependency', pattern: list as readonly DependencyNode[] } }
}

function checkName(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return `${key}: write a text`
  if (value.length > maxNameChars)
    return `${key}: ${value.length} characters, more than the ${maxNameChars} there may be`
  if (/[\x00-\x1f]/.test(value) || !value.isWellFormed() || value.trim() !== value) {
    return `${key}: a control character, half a character, or a space at an end`
  }
  return undefined
}

function bad(message: string): PatternReading {
  return { ok: false, message }
}
