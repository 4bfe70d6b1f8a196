// From words and matches to items. What no pattern matched is a number, a date, or a word that nobody knows.
import type { PatternMatch } from '../engine/nlp-engine.ts'
import { isDate } from '../normalise/date-words.ts'
import type { NormalisedText, NormalisedWord } from '../normalise/normalise.ts'
import { encode, kindOf, type Item } from './item.ts'

/** `matches` do not overlap, and stand on borders of words. */
export function readItems(question: NormalisedText, matches: readonly PatternMatch[]): Item[] {
  const byStart = new Map(matches.map((match) => [match.start, match]))
  const items: Item[] = []
  for (let index = 0; index < question.words.length;) {
    const first = question.words[index]
    if (first === undefined) break
    if (first.breakBefore) items.push(makeItem(',', '', [{ ...first, text: ',' }]))
    const match = byStart.get(first.textStart)
    const words = question.words.filter(
      ({ textStart, textEnd }) => match !== undefined && textStart >= match.start && textEnd <= match.end,
    )
    const kind = match === undefined ? '?' : kindOf(match.label, match.id)
    if (match === undefined || kind === '?' || !isMeant(match, words, question.words)) {
      items.push(makeItem(first.quote > 0 ? '?' : kindOfWord(first.text), '', [first]))
      index += 1
      continue
    }
    const next = question.words[index + words.length]
    const hangs = first.isJoined || (next?.isJoined === true && !next.breakBefore)
    items.push(makeItem(hangs && smallKinds.has(kind) ? '?' : kind, match.id, words))
    index += Math.max(1, words.length)
  }
  return settleStart(settleMost(settleTimeUnits(items)))
}

const timeUnit = /^(?:hour|day|week|month|quarter|year)$/

/** In "the last 30 days" and "per week" they are times, also where loans are counted in days. */
function settleTimeUnits(items: readonly Item[]): Item[] {
  const kinds = encode(items)
  return items.map((item, index) =>
    item.kind === 'U' && timeUnit.test(item.text) && /[jqP][~-]*#?[~-]*$/.test(kinds.slice(0, index))
      ? { ...item, kind: 'u', id: `UNIT ${item.text.toUpperCase()}` }
      : item,
  )
}

/** "The most actors" are more than others have; "most actors" may be the greater part of them. */
function settleMost(items: readonly Item[]): Item[] {
  return items.map((item, index) => {
    if (!/(?:^| )the$/.test(items[index - 1]?.text ?? '')) return item
    if (item.kind === 'm') return { ...item, kind: 'p', id: 'COUNT DESC', text: `the ${item.text}` }
    return item.text === 'least' && item.kind === 's'
      ? { ...item, kind: 'p', id: 'COUNT ASC', text: 'the least' }
      : item
  })
}

/** Whether the words stand for the pattern: "US" is no "us", and of a quotation only the whole may be a value's name. */
function isMeant(
  match: PatternMatch,
  words: readonly NormalisedWord[],
  all: readonly NormalisedWord[],
): boolean {
  if (match.label === 'NOISE' && words.some(({ isCapitals }) => isCapitals)) return false
  // "heavy, metal tracks"
  if (words.slice(1).some(({ breakBefore }) => breakBefore)) return false
  // Oregon is "OR", and never "or".
  const [{ text, isCapitals } = { text: '', isCapitals: false }] = words
  if (match.label === 'FILTER' && words.length === 1 && smallWords.has(text) && !isCapitals) return false
  const quotes = new Set(words.map(({ quote }) => quote).filter((quote) => quote > 0))
  const isWhole = all.every((word) => !quotes.has(word.quote) || words.includes(word))
  return quotes.size === 0 || (match.label === 'FILTER' && isWhole)
}

/** Of links, noise and "no": with a hyphen they make another word ("in-active", "all-time", "on-sale"). */
const smallKinds = new Set('oiwbfrk&!vW-^~xN')
/** Words of every question, which some states and countries have for a code. */
const smallWords = new Set(
  'a al am an and are as at be by can de do for he hi i id in is it la me my no of ok on or pa so the to up us we'.split(
    ' ',
  ),
)

function makeItem(kind: string, id: string, words: readonly NormalisedWord[]): Item {
  return {
    kind,
    id,
    text: words.map(({ text }) => text).join(' '),
    span: {
      start: Math.min(...words.map(({ start }) => start)),
      end: Math.max(...words.map(({ end }) => end)),
    },
    isPlural: words.at(-1)?.isPlural === true || words.at(-1)?.text.endsWith('s') === true,
  }
}

function kindOfWord(text: string): string {
  if (/^(19|20)\d\d$/.test(text)) return 'Y'
  if (/^-?\d+(\.\d+)?$/.test(text)) return '#'
  return isDate(text) ? 'd' : '?'
}

/** "Show me all of the …" says nothing at the start; anywhere else the same words may matter. */
function settleStart(items: readonly Item[]): Item[] {
  const firstContent = items.findIndex(({ kind }) => !'^~-o,'.includes(kind))
  const firstWord = items.findIndex(({ kind, text }) => kind !== ',' && !greetings.has(text))
  return items.map((item, index) => {
    const isQuestion = index === firstWord && item.kind !== '^' && askingWords.test(item.text)
    if (isQuestion) return { ...item, kind: '?', text: existence.has(item.text) ? 'are there' : item.text }
    if (pointsBack(items, index) || isPartOfSome(items, index)) return { ...item, kind: '?' }
    if (index < firstContent && '^-o,'.includes(item.kind)) return { ...item, kind: '~' }
    // "who is the youngest employee"
    if (item.kind === 'W' && index === firstContent && items[index + 1]?.kind === '-')
      return { ...item, kind: '~' }
    return item.kind === '^' ? { ...item, kind: '?' } : item
  })
}

/** "Which of the 10 longest films are PG?": some of those ten; "the 10 longest PG films" are ten. */
function isPartOfSome(items: readonly Item[], index: number): boolean {
  if (items[index]?.kind !== 'o' || !/^[~^,-]*$/.test(encode(items.slice(0, index)))) return false
  return /^[^E]*[#YlqKspm]/.test(encode(items.slice(index + 1)))
}

const greetings = new Set('hello hi hey ok so please kindly'.split(' ').concat('hi there'))
/** Whether there are any; whoever asks means in the data. */
const existence = new Set(['are there', 'is there', 'do we have'])
/** "Is the longest film PG?" asks for yes or no, not for films. */
const askingWords = /^(?:is|are|was|were|be|do|does|did)(?: |$)/

/** What is done stays so: "orders that were shipped", "fines that have been paid". */
const participle = /(?:ed|paid|sold|sent|lost|bought|taken|given|broken|stolen|made|kept|returned)$/

/**
 * Whether a word stands for what was said elsewhere ("its length", "actors of that film", "actors in the film"), or for
 * what was and may be no more ("customers who were active"; "orders that were shipped" still are).
 */
function pointsBack(items: readonly Item[], index: number): boolean {
  const { text = '', kind = '' } = items[index] ?? {}
  if (!'~-'.includes(kind)) return false
  const before = encode(items.slice(0, index)).replace(/[~^-]+$/, '')
  const after = encode(items.slice(index + 1))
  if (text === 'its' || text === 'their') return !/[EV]/.test(before)
  if (text === 'that') return !/[EAMVg]$/.test(before) && /^[~-]*[EAMVKl]/.test(after)
  if (text === 'was' || text === 'were' || text === 'been') {
    const value = items[index + 1 + after.search(/V/)]
    return /^[~-]*(?:x[~-]*)?V/.test(after) && !participle.test(value?.text ?? '')
  }
  if (text === 'either') return !/^[~-]*(?:[wif][~-]*)?V[~-]*v/.test(after)
  if (text === 'a' || text === 'an') return /^(?:,|$)/.test(after)
  return (
    text === 'the' && /[oiwbfrk]$/.test(before) && /^E$/.test(after) && items[index + 1]?.isPlural === false
  )
}
