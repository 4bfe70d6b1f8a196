// The words that the patterns know, and the only ones that a question's word is ever changed into: a plural, a missing
// accent, one slip of the finger. A word that is like none of them, or like two, stays as it was typed.
import { isMonth } from './date-words.ts'
import { isEnglishWord } from './english-words.ts'
import { isNumberWord } from './number-words.ts'
import { plural, singular } from './singular.ts'

export interface Vocabulary {
  /** The known word that this one stands for, or the word itself. */
  correct(word: string): { readonly text: string; readonly isPlural: boolean }
  has(word: string): boolean
  /** Whether a pattern has the two words with punctuation between them. */
  isParted(before: string, word: string): boolean
  /** Some pattern may refuse a match by what spaCy alone knows: then a question's fingerprint may depend on the engine. */
  readonly dependsOnEngine: boolean
}

/** Slips are looked for in words of at least so many letters; a letter that is another one needs more to be sure. */
const minTypoLength = 5
const minWrongLetterLength = 7

const lettersOnly = /^[\p{L}\p{M}]+$/u

export interface KnownWord {
  readonly text: string
  /**
   * `value`, of a FILTER: what something is called. Names are not guessed, Martina is not Marina; and keep their number,
   * blues are not blue. `metric`: sales are no sale, as in "sale products". `word`: any other.
   */
  readonly kind: 'value' | 'metric' | 'word'
  /** It is the whole of its pattern. The value "Windows" is no window, even where windows are listed. */
  readonly isAlone?: boolean
  /** The word before it in its pattern, where punctuation stands between them: "Paris, Texas". */
  readonly afterBreak?: string | undefined
}

/** The words of the patterns, normalised but for plurals. */
export function makeVocabulary(words: readonly KnownWord[], dependsOnEngine = false): Vocabulary {
  const named = new Set(words.filter(({ kind }) => kind === 'word').map(({ text }) => singular(text)))
  const known = new Set<string>()
  const withoutAccents = new Map<string, Set<string>>()
  /** By each form with one letter left out, the forms of known words. */
  const byShortened = new Map<string, Set<string>>()
  const forms = new Map<string, string>()
  const parted = new Set<string>()
  for (const { text: word, kind, isAlone, afterBreak } of words) {
    const base = kind !== 'word' && !named.has(singular(word)) ? word : singular(word)
    known.add(base)
    if (isAlone === true && kind === 'value') known.add(word)
    if (afterBreak !== undefined) parted.add(`${singular(afterBreak)} ${singular(word)}`)
    if (!lettersOnly.test(word) || isMonth(word) || isNumberWord(word)) continue
    addTo(withoutAccents, stripAccents(base), base)
    if (kind === 'value' && !named.has(base)) continue
    for (const form of new Set([word, base, plural(base)])) {
      forms.set(form, base)
      for (const shortened of shorten(form)) addTo(byShortened, shortened, form)
    }
  }

  const findAccented = (word: string): string | undefined => onlyOne(withoutAccents.get(stripAccents(word)))

  const findTypo = (word: string): string | undefined => {
    if (word.length < minTypoLength || isMonth(word) || isNumberWord(word)) return undefined
    const near = new Set<string>()
    for (const shortened of shorten(word)) {
      for (const form of byShortened.get(shortened) ?? []) if (isOneSlip(word, form)) near.add(form)
    }
    const bases = new Set([...near].map((form) => forms.get(form) ?? form))
    // "officers" are no misspelt "offices".
    return bases.size === 1 && !isEnglishWord(word) ? onlyOne(near, true) : undefined
  }

  return {
    dependsOnEngine,
    has: (word) => known.has(word),
    isParted: (before, word) => parted.has(`${singular(before)} ${singular(word)}`),
    correct(word) {
      if (known.has(word))
        return { text: word, isPlural: singular(plural(word)) !== word && word.endsWith('s') }
      const base = singular(word)
      if (known.has(base)) return { text: base, isPlural: base !== word }
      if (!lettersOnly.test(word)) return { text: word, isPlural: false }
      const form = findAccented(word) ?? findAccented(base) ?? findTypo(word)
      if (form === undefined) return { text: word, isPlural: false }
      const text = forms.get(form) ?? form
      return { text, isPlural: text !== form || base !== word }
    },
  }
}

/** The word, and the word with any one letter left out: two words that are one slip apart share one of these. */
function shorten(word: string): Set<string> {
  const letters = [...word].slice(0, 40)
  return new Set([word, ...letters.map((_, index) => letters.toSpliced(index, 1).join(''))])
}

/** One letter left out, put in, swapped with the next or taken for another; never the first or the last. */
function isOneSlip(typed: string, meant: string): boolean {
  if (typed[0] !== meant[0] || typed.at(-1) !== meant.at(-1)) return false
  let start = 0
  while (start < typed.length && typed[start] === meant[start]) start += 1
  let end = 1
  while (end <= typed.length - start && end <= meant.length - start && typed.at(-end) === meant.at(-end))
    end += 1
  const typedRest = typed.slice(start, typed.length - end + 1)
  const meantRest = meant.slice(start, meant.length - end + 1)
  if (typedRest.length + meantRest.length === 1) return true
  if (typedRest.length === 1 && meantRest.length === 1) return typed.length >= minWrongLetterLength
  return typedRest.length === 2 && typedRest === [...meantRest].reverse().join('')
}

function stripAccents(word: string): string {
  return word.normalize('NFD').replace(/\p{Mn}/gu, '')
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

function onlyOne(values: ReadonlySet<string> | undefined, orFirst = false): string | undefined {
  if (values === undefined || (values.size !== 1 && !orFirst)) return undefined
  return [...values].sort()[0]
}
