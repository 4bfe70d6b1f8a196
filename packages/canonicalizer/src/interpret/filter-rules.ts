// Filters by the values that patterns know, and what a negation before them covers. What it might cover in two ways is
// left as it is, and so becomes part of the fingerprint word for word.
import type { Constraint, Operator } from '../canonical-query.ts'
import { encode, spanOf, understood, type Item } from './item.ts'
import { applyRules, shape, type Found, type Rule } from './rule.ts'

/** "not rated R or NC-17": the negation, the attribute, values and what joins them, the attribute. */
const chain: Rule = {
  shape: shape(
    '(?:(?<not>[xX])(?: [wifb])? )?(?:(?<before>[AE]) (?:o )?)?(?<values>(?<=i[~-]*)V(?: v i V)+|V(?:(?: [,&vN])* V)*)',
  ),
  apply: applyChain,
}

/** "PG rating", "the comedy genre". */
const attributeBehind: Rule = {
  shape: shape('(?<filter>1) (?<named>[AE])'),
  apply: (found) => {
    const filter = found.one('filter')
    const isOwn =
      filter?.constraint?.kind === 'filter' && filter.constraint.attribute === found.one('named')?.id
    if (!isOwn || filter.constraint === undefined) return undefined
    return [{ ...filter, constraint: { ...filter.constraint, span: spanOf(found.all) } }]
  },
}

/** "whose rating is not PG". */
const attributeInFront: Rule = {
  shape: shape('(?<named>A) (?<filter>1)'),
  apply: ({ all, one }) => {
    const constraint = one('filter')?.constraint
    const isOwn =
      constraint?.kind === 'filter' && constraint.attribute === one('named')?.id && constraint.negated
    return isOwn ? [understood({ ...constraint, span: spanOf(all) }, all)] : undefined
  },
}

export function findFilters(items: readonly Item[]): readonly Item[] {
  let result = items
  // Each time the first attribute of every chain is understood.
  for (let left = Infinity; countValues(result) < left;) {
    left = countValues(result)
    result = applyRules(result, [chain])
  }
  return applyRules(result, [attributeInFront, attributeBehind])
}

function countValues(items: readonly Item[]): number {
  return items.filter(({ kind }) => kind === 'V').length
}

interface Value {
  readonly attribute: string
  readonly operator: Operator
  readonly value: string
}

/** `RATING=PG`, `LENGTH>120`; an id without an operator is a condition by itself: `ACTIVE` is `ACTIVE=TRUE`. */
export function parseFilterId(id: string): Value {
  const [, attribute = id, operator = '=', value = 'TRUE'] = /^(.+?)(!=|>=|<=|=|>|<)(.*)$/.exec(id) ?? []
  return { attribute, operator: operator as Operator, value }
}

const opposite: Readonly<Record<Operator, Operator>> = {
  '=': '!=',
  '!=': '=',
  '>': '<=',
  '<=': '>',
  '<': '>=',
  '>=': '<',
}

export function negate(operator: Operator): Operator {
  return opposite[operator]
}

function applyChain(found: Found): readonly Item[] | undefined {
  const values = found.group('values')
  const attribute = attributeOf(values[0])
  const firstOther = values.findIndex((item) => item.kind === 'V' && attributeOf(item) !== attribute)
  const own = trimJoints(firstOther === -1 ? values : values.slice(0, firstOther))
  const rest = values.slice(own.length)
  const before = found.one('before')
  // Another attribute is none of this filter's: "title of PG films" asks for titles. A category may be an entity too.
  const isBeforeOwn = before === undefined || before.id === attribute
  if (before?.kind === 'A' && !isBeforeOwn && isSaidOf(before, found)) return undefined
  const not = found.one('not')
  const negated =
    not !== undefined && isBeforeOwn && covers(not, own, encode(rest) + found.after, found.before)
  const firstValue = found.all.indexOf(own[0] as Item)
  const leading = negated
    ? []
    : found.all.slice(0, isBeforeOwn && before ? found.all.indexOf(before) : firstValue)
  const taken = [...(negated ? [not] : []), ...(isBeforeOwn && before ? [before] : []), ...own]
  return [...leading, ...makeFilters(own, negated, taken), ...rest]
}

/** "whose title is Horror" says it of the title; "PG-rated horror" and "the title of horror films" do not. */
function isSaidOf(attribute: Item, { row, all, group }: Found): boolean {
  const link = all.slice(all.indexOf(attribute) + 1, all.indexOf(group('values')[0] as Item))
  const before = row.slice(0, row.indexOf(attribute)).findLast(({ kind }) => !'~-'.includes(kind))
  const isTaken = 'V1'.includes(before?.kind ?? ' ') && ownAttribute(before) === attribute.id
  return !isTaken && !encode(link).includes('o')
}

function ownAttribute(item: Item | undefined): string {
  return item?.constraint?.kind === 'filter' ? item.constraint.attribute : attributeOf(item)
}

/** One of several values, or each of them by itself. */
function makeFilters(own: readonly Item[], negated: boolean, taken: readonly Item[]): Item[] {
  const values = own.filter(({ kind }) => kind === 'V')
  const parsed = values.map(({ id }) => parseFilterId(id))
  const joints = encode(own)
  const isOneOf =
    !negated &&
    joints.includes('v') &&
    !joints.includes('&') &&
    parsed.every(({ operator }) => operator === '=')
  const make = (list: readonly Value[], from: readonly Item[]): Item => {
    const operator = list[0]?.operator ?? '='
    const constraint = {
      kind: 'filter',
      attribute: list[0]?.attribute ?? '',
      operator: negated ? negate(operator) : operator,
      values: [...new Set(list.map(({ value }) => value))].sort(),
      negated,
      isLiteral: false,
      span: spanOf(from),
    } as const satisfies Constraint
    return { ...understood(constraint, from), isPlural: from.at(-1)?.isPlural === true }
  }
  if (isOneOf || values.length === 1) return [make(parsed, taken)]
  const split = values.map((value, index) => make(parsed.slice(index, index + 1), [value]))
  // "PG or G and R": which of them belong together is not said; nor is of "comedies and horror films" whether a film is both.
  return negated ? split : [...split, ...own.filter(({ kind }) => '&v,'.includes(kind)).map(asWord)]
}

function asWord(item: Item): Item {
  return { ...item, kind: '?', text: item.kind === ',' ? 'and' : item.text }
}

function covers(not: Item, own: readonly Item[], following: string, before: string): boolean {
  const joints = encode(own).replaceAll('V', '')
  const next = following.replace(/^[~-]*(?:A[~-]*)?/, '')
  if (not.kind === 'X') return joints === ''
  // "not R rated comedies": not both, or comedies that are not? "stores without R rated films": films of another rating?
  if (/^[V1]/.test(next) || (/^E/.test(next) && /[E]/.test(before))) return false
  // "orders not shipped in 2005": not then, or not at all?
  if (/^(?:[iotf][~-]*)?(?:[Yd]|[jqat][~-]*[#Ydu]|a|h)/.test(next)) return false
  // "not R or a comedy"
  if (/^(?:[,v][~-]*)+[V1]/.test(next)) return false
  if (/[xX][~-]*$/.test(before)) return false
  if (not.id === 'EXCEPT') return true
  return joints === '' || ((joints.includes('v') || joints.includes('N')) && !joints.includes('&'))
}

function attributeOf(item: Item | undefined): string {
  return parseFilterId(item?.id ?? '').attribute
}

function trimJoints(items: readonly Item[]): readonly Item[] {
  return items.slice(0, items.findLastIndex(({ kind }) => kind === 'V') + 1)
}
