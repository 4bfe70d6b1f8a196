// What one word alone says of itself: contractions, possessives, 10k, 1st. Words of the same meaning become the same words.
import { multiplyByPowerOfTen, nameOrdinal } from './number-words.ts'

const withIs = new Set(['what', 'who', 'where', 'how', 'when', 'that', 'it', 'there', 'here', 'he', 'she'])
const endings: readonly (readonly [RegExp, string])[] = [
  [/'re$/, 'are'],
  [/'ve$/, 'have'],
  [/'ll$/, 'will'],
  [/'d$/, 'would'],
  [/'m$/, 'am'],
]
/** As people type them, and as they become without their apostrophe. */
const negated: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cannot: 'can',
    dont: 'do',
    doesnt: 'does',
    didnt: 'did',
    isnt: 'is',
    arent: 'are',
    wasnt: 'was',
    werent: 'were',
    havent: 'have',
    hasnt: 'has',
    hadnt: 'had',
    "can't": 'can',
    "won't": 'will',
    "shan't": 'shall',
  }),
)
/** 5m may be millions, minutes or metres. */
const powers: Readonly<Record<string, number>> = { k: 3, bn: 9 }

/** The words that one word stands for, mostly itself. What it gives is left as it is by another call. */
export function plainWord(word: string): string[] {
  const negatedBase = negated.get(word) ?? /^(.+)n't$/.exec(word)?.[1]
  if (negatedBase !== undefined) return [...plainWord(negatedBase), 'not']
  const decade = /^(\d{3}0)'?s$/.exec(word)
  if (decade !== null) return [`${decade[1]}s`]
  if (word.endsWith("'s")) {
    const base = word.slice(0, -2)
    if (base === 'let') return ['let', 'us']
    return withIs.has(base) ? [base, 'is'] : plainWord(base)
  }
  for (const [shape, meaning] of endings) {
    if (shape.test(word)) return [...plainWord(word.replace(shape, '')), meaning]
  }
  if (word.includes("'")) return plainWord(word.replaceAll("'", ''))
  const limit = /^(top|first|last|bottom|best)(\d+)$/.exec(word)
  if (limit !== null) return [limit[1] ?? '', limit[2] ?? '']
  const ordinal = /^(\d{1,9})(?:st|nd|rd|th)$/.exec(word)
  if (ordinal !== null) return [nameOrdinal(Number(ordinal[1]))]
  const short = /^(-?\d+(?:\.\d+)?)(k|bn)$/.exec(word)
  if (short !== null) return [multiplyByPowerOfTen(short[1] ?? '', powers[short[2] ?? ''] ?? 0)]
  return [word]
}
