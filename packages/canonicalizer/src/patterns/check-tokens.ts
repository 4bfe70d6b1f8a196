// Whether a list of tokens is a pattern that engines can be given: the stated subset for any engine, and what only spaCy
// knows where the pattern is marked so.
import { checkFlag, checkNumber, checkText, isObject } from './check-token-value.ts'
import { expandOperator, maxSteps, type Step } from './pattern-operators.ts'

type Check = (key: string, value: unknown) => string | undefined

const forAnyEngine: Readonly<Record<string, Check>> = {
  TEXT: checkText,
  ORTH: checkText,
  LOWER: checkText,
  SHAPE: checkText,
  LENGTH: (_key, value) => checkNumber(value),
  IS_DIGIT: (_key, value) => checkFlag(value),
  IS_PUNCT: (_key, value) => checkFlag(value),
  LIKE_NUM: (_key, value) => checkFlag(value),
}

const texts = ['LEMMA', 'POS', 'TAG', 'DEP', 'ENT_TYPE', 'MORPH', 'NORM']
const flags = [
  ...['IS_ALPHA', 'IS_ASCII', 'IS_LOWER', 'IS_UPPER', 'IS_TITLE', 'IS_STOP', 'IS_CURRENCY', 'IS_SENT_START'],
  ...['LIKE_URL', 'LIKE_EMAIL'],
]
const forSpacyOnly: Readonly<Record<string, Check>> = Object.fromEntries([
  ...texts.map((key) => [key, checkText] as const),
  ...flags.map((key) => [key, (_key: string, value: unknown) => checkFlag(value)] as const),
])

/**
 * Most ways in which spaCy's Matcher may follow a pattern from one word of a text where everything matches: it keeps each
 * apart. At this bound a hostile text, of 256 words, takes it two to three seconds; at `{,19}` it would be 27, and 2 GB.
 */
const maxPaths = 140_000
const maxOptional = 12
const maxTextWords = 256

export type PatternEngine = 'any' | 'spacy'

/** What is wrong, and where; undefined when nothing is. */
export function checkTokens(tokens: readonly unknown[], engine: PatternEngine): string | undefined {
  if (tokens.length === 0) return 'the list of tokens is empty'
  const steps: Step[] = []
  for (const [index, token] of tokens.entries()) {
    const problem = checkToken(token, engine) ?? checkOperator(token, steps)
    if (problem !== undefined) return `token ${index + 1}: ${problem}`
  }
  return checkPaths(steps)
}

/** One token, without its OP. */
export function checkToken(token: unknown, engine: PatternEngine): string | undefined {
  if (!isObject(token)) return 'write an object, such as {"LOWER": "film"}'
  const keys = Object.keys(token).filter((key) => key !== 'OP')
  if (keys.length === 0) {
    return 'it says nothing about the word, so it matches every word; if you mean that, write {"LENGTH": {">=": 1}}'
  }
  for (const key of keys) {
    const problem = checkKey(key, token[key], engine)
    if (problem !== undefined) return problem
  }
  return undefined
}

function checkKey(key: string, value: unknown, engine: PatternEngine): string | undefined {
  const check = lookUp(forAnyEngine, key)
  const spacyCheck = lookUp(forSpacyOnly, key)
  if (check === undefined && spacyCheck === undefined) {
    const upper = key.toUpperCase()
    const isCase = lookUp(forAnyEngine, upper) !== undefined || upper === 'OP'
    return `there is no ${JSON.stringify(key.slice(0, 30))}: ${isCase ? `write ${upper}` : `the keys are ${Object.keys(forAnyEngine).join(', ')} and OP`}`
  }
  if (check === undefined && engine === 'any') {
    return `${key} is known to spaCy only, and engines disagree about it: mark the pattern "engine": "spacy"; it then gives hints, no matches`
  }
  const problem = (check ?? spacyCheck)?.(key, value)
  return problem === undefined ? undefined : `${key}: ${problem}`
}

function checkOperator(token: unknown, steps: Step[]): string | undefined {
  const expanded = expandOperator((token as Record<string, unknown>)['OP'])
  if (typeof expanded === 'string') return expanded
  steps.push(...expanded)
  return steps.length > maxSteps
    ? `the pattern goes over more than ${maxSteps} tokens, counting {n,m} in full`
    : undefined
}

/** Each open-ended step may end at any word, each optional one may be there or not. */
function checkPaths(steps: readonly Step[]): string | undefined {
  const open = steps.filter((step) => step === 'any-number').length
  const optional = steps.filter((step) => step === 'optional').length
  const paths = binomial(maxTextWords, open) * 2 ** optional
  if (paths <= maxPaths && optional <= maxOptional) return undefined
  return (
    `it could take too long: ${open} open-ended tokens (*, +, {n,}) and ${optional} optional ones (?, {n,m}); ` +
    'there may be two open-ended ones with two optional, one with nine, none with twelve. Make several patterns of it'
  )
}

function binomial(n: number, k: number): number {
  let ways = 1
  for (let step = 1; step <= k; step += 1) ways = (ways * (n - k + step)) / step
  return ways
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
