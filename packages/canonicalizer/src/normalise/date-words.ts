// Dates and what is like them, each as one word: `2005`, `2005-01`, `2005-q1`, `2005-01-05`. Relative ones ("last month")
// stay words: resolved by a clock, they would give a question another key each day.
import type { Word } from './read-words.ts'

const months = 'january february march april may june july august september october november december'.split(
  ' ',
)
const shortMonths = new Map([
  ...months.map((name, index): [string, number] => [name.slice(0, 3), index]),
  ['sept', 8],
])
const quarters = ['first', 'second', 'third', 'fourth']
const dayOrdinals = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
  ' ',
)
/** The number after one of these is how many, not which day: "top 5 January 2005 rentals". */
const beforeCount = new Set(['top', 'first', 'last', 'bottom', 'best', 'worst', 'past', 'next'])

export function isMonth(word: string): boolean {
  return months.includes(word) || shortMonths.has(word)
}

/** Whether a word is a date of the calendar, as this file writes them: 2005-13 is none. */
export function isDate(text: string): boolean {
  const [year = '', month, day] = text.split('-')
  if (!isYear(year)) return /^[12]\d{2}0s$/.test(text)
  if (month === undefined || /^q[1-4]$/.test(month)) return month !== undefined && day === undefined
  return (
    /^\d{2}$/.test(month) &&
    /^\d{2}$/.test(day ?? '01') &&
    makeDay(Number(year), Number(month) - 1, Number(day ?? 1), 0) !== undefined
  )
}

export function readDates(words: readonly Word[]): Word[] {
  const result: Word[] = []
  for (let index = 0; index < words.length;) {
    const found = readDate(words, index)
    const first = words[index]
    const last = words[(found?.next ?? index + 1) - 1]
    if (first === undefined || last === undefined) break
    result.push(found === undefined ? first : { ...first, text: found.text, end: last.end })
    index = found?.next ?? index + 1
  }
  return result
}

interface ReadDate {
  readonly text: string
  readonly next: number
}

function readDate(words: readonly Word[], first: number): ReadDate | undefined {
  const at = (index: number): string => words[index]?.text ?? ''
  return (
    readWritten(at(first), first + 1) ??
    readQuarter(at, first) ??
    readDayFirst(words, at, first) ??
    readMonthFirst(at, first)
  )
}

/** `2005/1/5` and `2005-01-05`. 1/5/2005 means two days, depending on where one lives: it stays as it is. */
function readWritten(text: string, next: number): ReadDate | undefined {
  const [, year, month, day] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return undefined
  return makeDay(Number(year), Number(month) - 1, Number(day), next)
}

/** "Q1 2005", "2005 Q1", "first quarter of 2005". */
function readQuarter(at: (index: number) => string, first: number): ReadDate | undefined {
  const isYearFirst = isYear(at(first)) && /^q[1-4]$/.test(at(first + 1))
  if (isYearFirst) return { text: `${at(first)}-${at(first + 1)}`, next: first + 2 }
  const short = /^q([1-4])$/.exec(at(first))?.[1]
  const spelled = at(first + 1) === 'quarter' ? quarters.indexOf(at(first)) + 1 : 0
  if (short === undefined && spelled === 0) return undefined
  const next = skipOf(at, first + (short === undefined ? 2 : 1))
  if (!isYear(at(next))) return undefined
  return { text: `${at(next)}-q${short ?? spelled}`, next: next + 1 }
}

/** "5 January 2005", "5th of Jan 2005". Without a year a day says nothing yet. */
function readDayFirst(
  words: readonly Word[],
  at: (index: number) => string,
  first: number,
): ReadDate | undefined {
  const day = readDay(at(first))
  const month = skipOf(at, first + 1)
  if (day === undefined || words[month]?.breakBefore === true || beforeCount.has(at(first - 1)))
    return undefined
  if (!isMonth(at(month)) || !isYear(at(month + 1))) return undefined
  return makeDay(Number(at(month + 1)), monthNumber(at(month)), day, month + 2)
}

/** "January 2005", "January of 2005", "Jan 5th, 2005"; "jan 5" becomes "january 5". */
function readMonthFirst(at: (index: number) => string, first: number): ReadDate | undefined {
  if (!isMonth(at(first))) return undefined
  const month = monthNumber(at(first))
  const year = skipOf(at, first + 1)
  if (isYear(at(year))) {
    return { text: `${at(year)}-${String(month + 1).padStart(2, '0')}`, next: year + 1 }
  }
  const day = readDay(at(first + 1))
  if (day === undefined) return undefined
  if (isYear(at(first + 2))) return makeDay(Number(at(first + 2)), month, day, first + 3)
  return { text: months[month] ?? '', next: first + 1 }
}

function makeDay(year: number, month: number, day: number, next: number): ReadDate | undefined {
  const date = new Date(Date.UTC(2000, month, day))
  date.setUTCFullYear(year)
  const isReal = date.getUTCMonth() === month && date.getUTCDate() === day
  return isReal ? { text: date.toISOString().slice(0, 10), next } : undefined
}

function readDay(text: string): number | undefined {
  const ordinal = dayOrdinals.indexOf(text) + 1
  const day = ordinal > 0 ? ordinal : Number(/^(\d{1,2})(?:st|nd|rd|th)?$/.exec(text)?.[1] ?? 0)
  return day >= 1 && day <= 31 ? day : undefined
}

function monthNumber(text: string): number {
  const full = months.indexOf(text)
  return full === -1 ? (shortMonths.get(text) ?? 0) : full
}

function isYear(text: string): boolean {
  return /^[12]\d{3}$/.test(text)
}

function skipOf(at: (index: number) => string, index: number): number {
  return at(index) === 'of' ? index + 1 : index
}
