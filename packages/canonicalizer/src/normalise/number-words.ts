// Numbers that are written in words: "twenty-five", "a hundred and twenty", "1.5 million", "two dozen", "twenty-first".
import type { Word } from './read-words.ts'

const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const unitValues = new Map(units.split(' ').map((name, value) => [name, value]))
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'
const tensValues = new Map(tens.split(' ').map((name, index) => [name, (index + 2) * 10]))
const scales = new Map([
  ['hundred', 2],
  ['thousand', 3],
  ['million', 6],
  ['billion', 9],
])
const ordinals =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ')
const laterOrdinals = new Map(
  [...unitValues]
    .filter(([, value]) => value > 12)
    .map(([name, value]): [string, number] => [`${name}th`, value])
    .concat([...tensValues].map(([name, value]) => [`${name.slice(0, -1)}ieth`, value])),
)

/** "one" is no number here: "which one", "no one". */
const beforePronoun = new Set('which that this the no any each every another some'.split(' '))
/** What is between these stays apart: "between a hundred and twenty" is two numbers. */
const rangeWords = new Set(['between', 'from'])

export function isNumberWord(word: string): boolean {
  return (
    unitValues.has(word) ||
    tensValues.has(word) ||
    scales.has(word) ||
    laterOrdinals.has(word) ||
    ordinals.includes(word) ||
    word === 'dozen'
  )
}

/** Replaces each number in words by one word of digits. */
export function readNumbers(words: readonly Word[]): Word[] {
  const result: Word[] = []
  for (let index = 0; index < words.length;) {
    const word = words[index]
    if (word === undefined) break
    const number = readNumber(words, index)
    const last = words[(number?.next ?? index + 1) - 1] ?? word
    result.push(
      number === undefined ? word : { ...word, text: number.text, end: Math.max(word.end, last.end) },
    )
    index = number?.next ?? index + 1
  }
  return result
}

interface ReadNumber {
  readonly text: string
  readonly next: number
}

function readNumber(words: readonly Word[], first: number): ReadNumber | undefined {
  const text = words[first]?.text ?? ''
  const ordinal = readOrdinal(words, first)
  if (ordinal !== undefined) return ordinal
  if (/^\d+(\.\d+)?$/.test(text)) {
    return isScale(words[first + 1]?.text) ? readScales(words, { text, next: first + 1 }) : undefined
  }
  const before = words[first - 1]?.text ?? ''
  if ((text === 'a' || text === 'an') && isScale(words[first + 1]?.text)) {
    return readCardinal(words, first + 1, 1, !rangeWords.has(before))
  }
  if (text === 'one' && (beforePronoun.has(before) || words[first + 1]?.text === 'of')) return undefined
  if (!unitValues.has(text) && !tensValues.has(text)) return undefined
  return readCardinal(words, first, 0, !rangeWords.has(before))
}

/** `current` is what was read of the group up to the next thousand; `joins`: whether "and" may go on with the number. */
function readCardinal(words: readonly Word[], first: number, start: number, joins: boolean): ReadNumber {
  let total = 0
  let current = start
  let smallestScale = Infinity
  let next = first
  for (; next < words.length; next += 1) {
    const { text, breakBefore } = words[next] ?? { text: '', breakBefore: false }
    if (breakBefore && next > first && !isScale(text)) break
    const unit = unitValues.get(text)
    const ten = tensValues.get(text)
    const scale = scales.get(text)
    const isOpen = next === first || current % 100 === 0
    if (
      unit !== undefined &&
      (isOpen || (unit > 0 && unit < 10 && current % 100 >= 20 && current % 10 === 0))
    )
      current += unit
    else if (ten !== undefined && isOpen) current += ten
    else if (scale === 2 && current > 0 && current < 100) current *= 100
    else if (scale !== undefined && scale > 2 && current > 0 && scale < smallestScale) {
      total += current * 10 ** scale
      current = 0
      smallestScale = scale
    } else if (
      text !== 'and' ||
      !joins ||
      !isScale(words[next - 1]?.text) ||
      !isBelowHundred(words, next + 1)
    )
      break
    if (text === 'zero') {
      next += 1
      break
    }
  }
  return readScales(words, { text: String(total + current), next })
}

function isBelowHundred(words: readonly Word[], index: number): boolean {
  const text = words[index]?.text ?? ''
  const unit = unitValues.get(text)
  const after =
    words[tensValues.has(text) && unitValues.has(words[index + 1]?.text ?? '') ? index + 2 : index + 1]
  return ((unit !== undefined && unit > 0) || tensValues.has(text)) && !isScale(after?.text)
}

/** "five hundred", "2 dozen", "10 thousand million". */
function readScales(words: readonly Word[], number: ReadNumber): ReadNumber {
  let { text, next } = number
  for (; ; next += 1) {
    const scale = words[next]?.text ?? ''
    if (scale === 'dozen' && !text.includes('.')) text = String(BigInt(text) * 12n)
    else if (scales.has(scale)) text = multiplyByPowerOfTen(text, scales.get(scale) ?? 0)
    else return { text, next }
  }
}

function isScale(word: string | undefined): boolean {
  return word !== undefined && (scales.has(word) || word === 'dozen')
}

function readOrdinal(words: readonly Word[], first: number): ReadNumber | undefined {
  const text = words[first]?.text ?? ''
  const later = laterOrdinals.get(text)
  if (later !== undefined) return { text: nameOrdinal(later), next: first + 1 }
  const ten = tensValues.get(text)
  const unit = ordinals.indexOf(words[first + 1]?.text ?? '')
  // "twenty second" may be a time.
  if (ten === undefined || unit < 1 || unit > 9 || unit === 2) return undefined
  return { text: nameOrdinal(ten + unit), next: first + 2 }
}

/** Up to the twelfth in words, then in digits: `first`, `21st`. */
export function nameOrdinal(value: number): string {
  const name = ordinals[value]
  if (name !== undefined) return name
  const ending = Math.floor(value / 10) % 10 === 1 ? undefined : ['th', 'st', 'nd', 'rd'][value % 10]
  return `${value}${ending ?? 'th'}`
}

/** Exact for decimals of any length: `1.5` and 6 are `1500000`. */
export function multiplyByPowerOfTen(decimal: string, power: number): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  const digits = fraction.padEnd(power, '0')
  const moved = `${whole}${digits.slice(0, power)}`.replace(/^(-?)0+(?=\d)/, '$1')
  const rest = digits.slice(power)
  return rest === '' ? moved : `${moved}.${rest}`
}
