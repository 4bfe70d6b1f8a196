// Comparisons with a number: "longer than 120 minutes", "price of at least 5", "between 90 and 120 minutes", "more than 5
// films". A number without a known attribute is not understood.
import type { Operator } from '../canonical-query.ts'
import { multiplyDecimal, plainDecimal } from './decimal.ts'
import { negate } from './filter-rules.ts'
import { spanOf, understood, type Item } from './item.ts'
import { shape, type Found, type Rule } from './rule.ts'

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  Object.entries({
    GT: '>',
    GE: '>=',
    LT: '<',
    LE: '<=',
    EQ: '=',
    NE: '!=',
  }),
)

export const comparisonRules: readonly Rule[] = [
  {
    // "at least 200 and at most 400 pages", "more than 2 but less than 3 hours"
    shape: shape(
      '(?:(?<before>A) (?:o )?)?(?<cue>c) (?<low>#) [&!] (?<cue2>c) (?<high>#) (?:(?<unit>[U$])|(?<after>A))',
    ),
    apply: compareBoth,
  },
  {
    shape: shape(
      '(?:(?<![bBP] )(?<before>[AM]) (?:o )?)?n (?<low>[#Y])(?: (?<lowUnit>[U$]))? [&k] (?<high>[#Y])(?: (?<unit>[U$]))?(?: (?<after>A)(?! [onxc#Ydtifbq]))?',
    ),
    apply: applyRange,
  },
  {
    shape: shape(
      '(?<before>A) (?:[of] )?(?<low>[#Y]) k (?<high>[#Y])(?: (?<unit>[U$]))?|(?:f )?(?<low2>#) k (?<high2>#) (?:(?<unit2>U)|(?<after>A)(?! [onxc#Ydtifbq]))',
    ),
    apply: applyRange,
  },
  {
    shape: shape(
      '(?:(?<![bBP] )(?<before>[AM]) (?:o )?)?(?:(?<not>x) )?(?<cue>c) (?<number>[#Y])(?: (?<unit>[U$])(?: (?<after>A)(?! [onxc#Ydtifbq]))?|(?: (?<after2>A)(?! [onxc#Ydtifbq]))?(?! [EOU$]))',
    ),
    apply: (found) => compare(found, found.one('cue')?.id.split(' ').at(-1) ?? ''),
  },
  {
    // "over the age of 50"
    shape: shape('(?:(?<not>x) )?(?<cue>c) (?<before>A) (?:o )?(?<number>[#Y])(?: (?<unit>[U$]))?'),
    apply: (found) => compare(found, found.one('cue')?.id.split(' ').at(-1) ?? ''),
  },
  {
    shape: shape(
      '(?:(?<![bBP] )(?<before>[AM]) (?:o )?)?(?<number>[#Y])(?: (?<unit>[U$]))? (?<cue>O)(?: (?<unit2>[U$]))?(?! E)',
    ),
    apply: (found) => compare(found, found.one('cue')?.id.slice('OR '.length) ?? ''),
  },
  {
    // "with 300 or more pages", "of 300 pages or more", as in "with more than 300 pages"
    shape: shape(
      '(?<=[wo] )(?<number>#) (?:(?<cue>O) (?<after>A)|(?<after2>A) (?<cue2>O))(?! [onxc#Ydtifbq])',
    ),
    apply: (found) => compare(found, (found.one('cue') ?? found.one('cue2'))?.id.slice('OR '.length) ?? ''),
  },
  {
    // "with 5 or more films", "with 5 films or more"
    shape: shape('(?:w )?(?<number>#) (?:(?<cue>O) (?<entity>E)|(?<entity2>E) (?<cue2>O)(?! E))'),
    apply: (found) =>
      compareCount(found, (found.one('cue') ?? found.one('cue2'))?.id.slice('OR '.length) ?? ''),
  },
  {
    shape: shape('(?:[wi] )?(?:(?<not>x) )?(?:w )?(?<cue>c) (?<number>[#Y]) (?<entity>E)'),
    apply: (found) =>
      /\s/.test(found.one('cue')?.id ?? '') ? undefined : compareCount(found, found.one('cue')?.id ?? ''),
  },
  {
    // "customers without orders"
    shape: shape('(?:[w] )?x (?<entity>E)'),
    apply: (found) =>
      /NO$/.test(found.all.find(({ kind }) => kind === 'x')?.id ?? '') && /E/.test(found.before)
        ? [makeFilter(found.all, `COUNT(${found.one('entity')?.id})`, '=', '0', true)]
        : undefined,
  },
]

/** After times were found, for "released in 2005" is one. */
export const equalityRules: readonly Rule[] = [
  {
    shape: shape('(?:(?<before>A) (?:o )?)?(?<number>(?<=A[~o-]*)Y|Y(?= U)|#)(?: (?<unit>[U$]))?'),
    apply: (found) => {
      const isPartOfMore =
        /(?:[lqcntkfxbB]|n[~-]*[#Y][~-]*&)[~-]*$/.test(found.before) || /^[~-]*[lOk]/.test(found.after)
      // "lengths of the 10 longest films"
      const isCount = found.one('unit') === undefined && /^[~-]*[KspmE1]/.test(found.after)
      const hasAttribute = found.one('before') !== undefined || found.one('unit')?.kind === 'U'
      // "over 5 minutes 30 seconds" has one length.
      const isSecondPart = /1[~&-]*$/.test(found.before) && found.one('before') === undefined
      return isPartOfMore || isCount || isSecondPart || !hasAttribute ? undefined : compare(found, 'EQ')
    },
  },
]

function compare(found: Found, word: string): readonly Item[] | undefined {
  const { attribute, after } = agreedAttribute(found)
  const operator = operators.get(word)
  const unit = found.one('unit') ?? found.one('unit2')
  const number = readNumber(found.one('number'), unit)
  if (attribute === undefined || operator === undefined || number === undefined) return undefined
  if (unit === undefined && mayMeanOtherUnit(found, attribute)) return undefined
  // "revenue over 2005" may be that of a year; "above 2005" is not.
  const isYear = found.one('number')?.kind === 'Y' && unit === undefined && found.one('before')?.kind === 'M'
  if (isYear && /^(?:over|under|up to)$/.test(found.one('cue')?.text ?? '')) return undefined
  const negated = found.one('not') !== undefined
  const taken = found.all.filter((item) => item !== after)
  const filter = makeFilter(taken, attribute, negated ? negate(operator) : operator, number, negated)
  return [
    unit?.id.includes('*') === true ? { ...filter, id: scaled } : filter,
    ...(after === undefined ? [] : [after]),
  ]
}

function applyRange(found: Found): readonly Item[] | undefined {
  const unit = found.one('unit') ?? found.one('unit2')
  const lowUnit = found.one('lowUnit')
  const low = readNumber(found.one('low') ?? found.one('low2'), lowUnit ?? unit)
  const high = readNumber(found.one('high') ?? found.one('high2'), unit)
  const { attribute, after } = agreedAttribute(found)
  if (attribute === undefined || low === undefined || high === undefined) return undefined
  if (/x[~-]*$/.test(found.before) || (lowUnit !== undefined && unit === undefined)) return undefined
  // "between 30 and 2 minutes": 30 of what?
  if (Number(low) > Number(high)) return undefined
  // "revenue between 2003 and 2005" is that of years.
  const isYears = found.one('low')?.kind === 'Y' && found.one('high')?.kind === 'Y' && unit === undefined
  if (isYears && found.one('before')?.kind === 'M') return undefined
  const taken = found.all.filter((item) => item !== after)
  return [
    makeFilter(taken, attribute, '>=', low, false),
    makeFilter(taken, attribute, '<=', high, false),
    ...(after === undefined ? [] : [after]),
  ]
}

/** The unit behind the second number is that of both. */
function compareBoth(found: Found): readonly Item[] | undefined {
  const { attribute, after } = agreedAttribute(found)
  const cues = [found.one('cue'), found.one('cue2')].map((cue) => cue?.id ?? '')
  const signs = cues.map((cue) => operators.get(cue.split(' ').at(-1) ?? '') ?? '=')
  const numbers = ['low', 'high'].map((name) => readNumber(found.one(name), found.one('unit')))
  const isOfOne = cues.every((cue) => !cue.includes(' ') || cue.startsWith(`${attribute} `))
  const atLeast = signs.findIndex((sign) => sign.startsWith('>'))
  const atMost = signs.findIndex((sign) => sign.startsWith('<'))
  // "more than 300 but less than 2 hours": 300 of what?
  const isRange =
    atLeast >= 0 &&
    atMost >= 0 &&
    Number.parseFloat(numbers[atLeast] ?? '') <= Number.parseFloat(numbers[atMost] ?? '')
  if (
    attribute === undefined ||
    after !== undefined ||
    !isOfOne ||
    !isRange ||
    /[xn][~-]*$/.test(found.before)
  )
    return undefined
  return signs.map((sign, index) => makeFilter(found.all, attribute, sign, numbers[index] ?? '', false))
}

/** "Over 2 and under 3 hours": minutes, or hours? */
function mayMeanOtherUnit(found: Found, attribute: string): boolean {
  const others = found.row.filter((item) => !found.all.includes(item))
  return others.some(
    ({ kind, id, constraint }) =>
      (kind === 'U' && id.startsWith(`${attribute}*`)) ||
      (constraint?.kind === 'filter' && constraint.attribute === attribute && id === scaled),
  )
}

/** The id of a filter whose number was converted from another unit. */
const scaled = 'scaled'

function compareCount(found: Found, word: string): readonly Item[] | undefined {
  const entity = found.one('entity') ?? found.one('entity2')
  const operator = operators.get(word)
  // Without an entity before it, it is no property of anything.
  if (entity === undefined || operator === undefined || !/E/.test(found.before)) return undefined
  const negated = found.one('not') !== undefined
  const number = found.one('number')?.text ?? ''
  return [
    makeFilter(found.all, `COUNT(${entity.id})`, negated ? negate(operator) : operator, number, negated),
  ]
}

/** The one attribute that cue, unit and neighbours speak of; `after` where the attribute that follows is another. */
function agreedAttribute(found: Found): { attribute?: string; after?: Item } {
  const cue = /^(.+) \w+$/.exec(found.one('cue')?.kind === 'c' ? (found.one('cue')?.id ?? '') : '')?.[1]
  const units = [found.one('unit'), found.one('unit2'), found.one('lowUnit')].filter(
    (unit) => unit?.kind === 'U',
  )
  const before = found.one('before')
  const after = found.one('after') ?? found.one('after2')
  const named = [
    cue,
    before?.kind === 'M' ? `SUM(${before.id})` : before?.id,
    ...units.map((unit) => unit?.id.split('*')[0]),
  ].filter((id) => id !== undefined)
  const distinct = new Set(named.length > 0 || after === undefined ? named : [after.id])
  const [attribute] = distinct
  if (attribute === undefined || distinct.size > 1) return {}
  return after !== undefined && after.id !== attribute ? { attribute, after } : { attribute }
}

/** `LENGTH*60` is a unit of 60 times the attribute's own; money and percent stay beside the number. */
function readNumber(number: Item | undefined, unit: Item | undefined): string | undefined {
  if (number === undefined) return undefined
  if (unit?.kind === '$') return `${plainDecimal(number.text)} ${unit.text}`
  const factor = unit?.id.split('*')[1]
  return factor === undefined ? plainDecimal(number.text) : multiplyDecimal(number.text, factor)
}

function makeFilter(
  from: readonly Item[],
  attribute: string,
  operator: Operator,
  value: string,
  negated: boolean,
): Item {
  const span = spanOf(from)
  return understood(
    { kind: 'filter', attribute, operator, values: [value], negated, isLiteral: true, span },
    from,
  )
}
