// From words and matches to items. What no pattern matched is a number, a date, or a word that nobody knows.
import type { PatternMatch } from '../engine/nlp-engine.ts'
import type { NormalisedText, NormalisedWord } from '../normalise/normalise.ts'
import { kindOf, type Item } from './item.ts'

/** `matches` do not overlap, and stand on borders of words. */
export function readItems(question: NormalisedText, matches: readonly PatternMatch[]): Item[] {
  const byStart = new Map(matches.map((match) => [match.start, match]))
  const items: Item[] = []
  for (let index = 0; index < question.words.length;) {
    const first = question.words[index]
    if (first === undefined) break
    if (first.breakBefore) items.push(makeItem(',', '', [{ ...first, text: ',' }]))
    const match = byStart.get(first.textStart)
    const kind = match === undefined ? '?' : kindOf(match.label, match.id)
    if (match === undefined || kind === '?') {
      items.push(makeItem(kindOfWord(first.text), '', [first]))
      index += 1
      continue
    }
    const words = question.words.filter(
      ({ textStart, textEnd }) => textStart >= match.start && textEnd <= match.end,
    )
    items.push(makeItem(kind, match.id, words))
    index += Math.max(1, words.length)
  }
  return settleStart(items)
}

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
  if (/^\d{4}-(\d{2}(-\d{2})?|q[1-4])$/.test(text) || /^\d{3}0s$/.test(text)) return 'd'
  return '?'
}

/** "Show me all of the …" says nothing at the start; anywhere else the same words may matter. */
function settleStart(items: readonly Item[]): Item[] {
  const firstContent = items.findIndex(({ kind }) => !'^~-o,'.includes(kind))
  return items.map((item, index) => {
    if (index < firstContent && '^-o,'.includes(item.kind)) return { ...item, kind: '~' }
    return item.kind === '^' ? { ...item, kind: '?' } : item
  })
}
