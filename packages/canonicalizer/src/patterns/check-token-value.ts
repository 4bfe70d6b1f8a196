// What may stand behind a key of a token pattern. spaCy ignores a value of the wrong type and a predicate it does not
// know, and the token then matches everything; so here both are refused.
import { readRegex } from './read-regex.ts'

/** A longer word is cut before an engine sees it. */
const maxValueChars = 200
const maxListed = 5_000
/** Each is compared letter by letter. */
const maxListedFuzzy = 200

const comparisons = new Set(['==', '!=', '>=', '<=', '>', '<'])
const fuzzy = /^FUZZY[1-9]?$/
const setPredicates = new Set(['IS_SUBSET', 'IS_SUPERSET', 'INTERSECTS'])

/** What is wrong with the value of TEXT, LOWER and the like; undefined when nothing is. */
export function checkText(key: string, value: unknown): string | undefined {
  if (typeof value === 'string') return checkWord(key, value)
  if (!isObject(value)) return 'write a text, or an object with IN, NOT_IN, REGEX or FUZZY'
  return checkEach(value, (predicate, given) => {
    if (predicate === 'IN' || predicate === 'NOT_IN') return checkList(given, (one) => checkWord(key, one))
    if (key === 'MORPH' && setPredicates.has(predicate)) return checkList(given, (one) => checkWord(key, one))
    if (predicate === 'REGEX') return checkNested(given, checkRegex, maxListedFuzzy)
    if (fuzzy.test(predicate)) return checkNested(given, (one) => checkWord(key, one), maxListedFuzzy)
    return 'there is no such predicate for a text: IN, NOT_IN, REGEX, FUZZY and FUZZY1 to FUZZY9 are'
  })
}

/** Of LENGTH. */
export function checkNumber(value: unknown): string | undefined {
  if (typeof value === 'number') return checkCount(value)
  if (!isObject(value)) return 'write a whole number, or an object with ==, !=, >=, <=, >, <, IN or NOT_IN'
  return checkEach(value, (predicate, given) => {
    if (predicate === 'IN' || predicate === 'NOT_IN') return checkList(given, checkCount)
    if (comparisons.has(predicate)) return checkCount(given)
    return 'there is no such predicate for a number: ==, !=, >=, <=, >, <, IN and NOT_IN are'
  })
}

/** Of IS_DIGIT and the like. */
export function checkFlag(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'write true or false'
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkEach(
  value: Record<string, unknown>,
  check: (predicate: string, given: unknown) => string | undefined,
): string | undefined {
  const predicates = Object.entries(value)
  if (predicates.length === 0) return 'an empty object matches every word: write a predicate into it'
  for (const [predicate, given] of predicates) {
    const problem = check(predicate, given)
    if (problem !== undefined) return `${predicate.slice(0, 30)}: ${problem}`
  }
  return undefined
}

/** REGEX and FUZZY take a text, or IN or NOT_IN with several. */
function checkNested(
  value: unknown,
  checkOne: (value: unknown) => string | undefined,
  maxItems: number,
): string | undefined {
  if (!isObject(value)) return checkOne(value)
  return checkEach(value, (predicate, given) =>
    predicate === 'IN' || predicate === 'NOT_IN'
      ? checkList(given, checkOne, maxItems)
      : 'only IN and NOT_IN may stand here',
  )
}

function checkList(
  value: unknown,
  checkOne: (value: unknown) => string | undefined,
  maxItems = maxListed,
): string | undefined {
  if (!Array.isArray(value)) return 'write a list'
  if (value.length === 0) return 'the list is empty'
  if (value.length > maxItems) return `the list has ${value.length} entries: ${maxItems} is the most`
  for (const one of value as readonly unknown[]) {
    const problem = checkOne(one)
    if (problem !== undefined) return problem
  }
  return undefined
}

function checkWord(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'write a text'
  if (value === '') return 'an empty text matches no word'
  if (value.length > maxValueChars)
    return `a text of ${value.length} characters: ${maxValueChars} is the most`
  if (!value.isWellFormed()) return 'a text with half a character (a lone surrogate)'
  if (/\s/.test(value))
    return `${JSON.stringify(value)} has a space: a token is one word; write one token for each, or a phrase`
  if (key === 'LOWER' && value !== value.toLowerCase()) {
    return `${JSON.stringify(value)} has capitals, and LOWER compares with words in lower case: write ${JSON.stringify(value.toLowerCase())}`
  }
  return undefined
}

function checkRegex(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'write a text'
  const reading = readRegex(value)
  return reading.ok ? undefined : reading.message
}

function checkCount(value: unknown): string | undefined {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000
    ? undefined
    : 'write a whole number'
}
