// Limits and orders: "top 10", "the five longest films", "the film with the most actors", "sorted by length".
import type { Constraint, LimitEnd } from '../canonical-query.ts'
import { encode, spanOf, understood, type Item } from './item.ts'
import { applyRules, shape, type Rule } from './rule.ts'

/** The id of an order that is of all, as "sorted by length" is: "longest" is of some. */
const wholeOrder = 'whole'
/** Of one whose direction was not said. */
const anyOrder = 'any'

type Sort = Extract<Constraint, { kind: 'sort' }>
type Limit = Extract<Constraint, { kind: 'limit' }>

const rules: readonly Rule[] = [
  {
    // "newest first" is an order, "first 5" a limit.
    shape: shape('(?:w )?(?<cue>K)(?: l(?! [#Y]))?'),
    apply: (found) => {
      const [, by = '', direction] = /^(.+) (ASC|DESC)$/.exec(found.one('cue')?.id ?? '') ?? []
      const style = found.all.length > 1 && found.all.at(-1)?.kind === 'l' ? wholeOrder : ''
      return [makeSort(found.all, by, direction === 'ASC' ? 'ASC' : 'DESC', style)]
    },
  },
  {
    shape: shape('(?<cue>[lq]) (?<number>[#Y])(?! [uU$])|(?<number2>[#Y]) (?<cue2>l)'),
    apply: (found) => {
      const cue = found.one('cue') ?? found.one('cue2')
      const number = found.one('number') ?? found.one('number2')
      if (number !== undefined && (isShort(number) || mayBeYear(number))) return undefined
      return makeLimit(found.all, number?.text ?? '', (cue?.id ?? 'TOP') as LimitEnd)
    },
  },
  {
    // "10 films", at the start only: "films of 10 actors" is another matter.
    shape: shape('^ (?<number>#)(?= (?:[15sp] )*[E1])'),
    apply: (found) => {
      const number = found.one('number')
      return number === undefined || isShort(number) ? undefined : makeLimit([number], number.text, 'ANY')
    },
  },
  {
    shape: shape('(?:w )?(?<cue>[sp]) (?<by>[A3])|(?:w )?(?<cue2>m) (?<by2>3)'),
    apply: (found) => {
      const cue = found.one('cue') ?? found.one('cue2')
      return [makeSort(found.all, nameOf(found.one('by') ?? found.one('by2')), directionOf(cue))]
    },
  },
  {
    // "with the most actors"; "in most films" may mean the greater part of them.
    shape: shape('(?:w )?(?<cue>p) (?<entity>E)|w (?<cue2>m) (?<entity2>E)'),
    apply: (found) => {
      const entity = found.one('entity') ?? found.one('entity2')
      return [makeSort(found.all, `COUNT(${entity?.id})`, directionOf(found.one('cue') ?? found.one('cue2')))]
    },
  },
  {
    shape: shape(
      '(?:[Bb] )(?<sort>5)|B (?:(?<order>[sD]) )?(?:o )?(?<by>[A3])(?: (?<direction>D))?|(?<direction2>D) (?:[bo] )?(?<by2>[A3])|b (?<by3>[A3]) (?<direction3>D)',
    ),
    apply: (found) => {
      const sorted = found.one('sort')
      if (sorted !== undefined) return [{ ...sorted, id: wholeOrder }]
      const direction = ['direction', 'direction2', 'direction3', 'order']
        .map((name) => found.one(name))
        .find(Boolean)
      const by = found.one('by') ?? found.one('by2') ?? found.one('by3')
      // "top 10 films sorted by length": the longest, the shortest, or ten others?
      const isTop = found.row.some(
        (item) => isLimit(item) && ['TOP', 'BOTTOM'].includes(item.constraint.from),
      )
      if (direction === undefined && isTop) return undefined
      return [
        direction === undefined
          ? makeSort(found.all, nameOf(by), 'ASC', anyOrder)
          : makeSort(found.all, nameOf(by), directionOf(direction), wholeOrder),
      ]
    },
  },
  {
    // "titles of the 10 longest films"
    shape: shape('(?<number>#)(?= 5)'),
    apply: (found) => makeLimit(found.all, found.one('number')?.text ?? '', 'TOP'),
  },
  {
    // "top 10 customers by revenue"
    shape: shape('b (?<by>[A3])'),
    apply: (found) =>
      /4/.test(found.before) &&
      !/5/.test(found.before + found.after) &&
      !/3.*A/.test(found.before + 'A'.repeat(Number(found.one('by')?.kind === 'A')))
        ? [makeSort(found.all, nameOf(found.one('by')), 'DESC', anyOrder)]
        : undefined,
  },
  {
    // "the best film", "the last order" is one.
    shape: shape('(?<cue>[lq])(?= (?:1 )*(?<entity>[E1]))'),
    apply: (found) => {
      const cue = found.one('cue')
      const isOne = found.one('entity')?.isPlural === false && cue?.id !== 'ANY'
      return cue !== undefined && isOne ? makeLimit([cue], '1', cue.id as LimitEnd) : undefined
    },
  },
]

export function findOrder(items: readonly Item[]): readonly Item[] {
  return settleLimit(settleDirection(applyRules(items, rules)))
}

/** "Sorted by year, newest first": one order, and its direction. */
function settleDirection(items: readonly Item[]): readonly Item[] {
  return applyRules(items, [
    {
      shape: shape('(?<order>5) (?:, )?(?<direction>5)'),
      apply: ({ all, one }) => {
        const [order, direction] = [one('order'), one('direction')]
        const by = direction !== undefined && isSort(direction) ? direction.constraint.by : undefined
        const isOne =
          order?.id === anyOrder &&
          isSort(order) &&
          order.constraint.by === by &&
          direction?.id === wholeOrder
        return isOne && direction !== undefined && isSort(direction)
          ? [{ ...direction, constraint: { ...direction.constraint, span: spanOf(all) } }]
          : undefined
      },
    },
  ])
}

/** "4K laptops" are not 4 000: the number is longer than what was typed. */
function isShort({ text, span }: Item): boolean {
  return text.length > span.end - span.start && text.endsWith('000')
}

/** "top 2005 films" may be those of a year; "top 2,005 films" are so many. */
function mayBeYear({ kind, text, span }: Item): boolean {
  return kind === 'Y' && span.end - span.start === text.length
}

/** An order has a top: "10 longest films" are the top ten by length, the bottom is the top of the opposite order. */
function settleLimit(items: readonly Item[]): readonly Item[] {
  const sort = items.find(isSort)
  if (sort === undefined) return items
  const limit = items.find(isLimit)
  if (limit === undefined) {
    // "the cheapest laptop": where no entity is named, a value may stand for one.
    const head = items.find(({ kind }) => kind === 'E') ?? items.findLast(({ kind }) => kind === '1')
    const isWholeOrder = [wholeOrder, anyOrder].includes(sort.id) || /5[~-]*E[~-]*l[~-]*$/.test(encode(items))
    if (head === undefined || isWholeOrder) return items
    // "the longest films" are some of them, "films sorted by length" all.
    const limit = {
      kind: 'limit',
      from: 'TOP',
      span: sort.span,
      ...(head.isPlural ? {} : { count: 1 }),
    } as const
    return items.flatMap((item) => (item === sort ? [item, understood(limit, [item])] : [item]))
  }
  const { from } = limit.constraint
  // "bottom 10 films by length"; "bottom 10 in ascending order" are the last of them, or the least?
  if (from === 'BOTTOM' && sort.id === anyOrder) {
    return items.map((item) => {
      if (item === sort) return { ...item, constraint: { ...sort.constraint, direction: 'ASC' as const } }
      return item === limit ? withTop(limit) : item
    })
  }
  return from === 'ANY' ? items.map((item) => (item === limit ? withTop(limit) : item)) : items
}

function isSort(item: Item): item is Item & { constraint: Sort } {
  return item.constraint?.kind === 'sort'
}

function isLimit(item: Item): item is Item & { constraint: Limit } {
  return item.constraint?.kind === 'limit'
}

function withTop(limit: Item & { constraint: Limit }): Item {
  return { ...limit, constraint: { ...limit.constraint, from: 'TOP' } }
}

function nameOf(by: Item | undefined): string {
  const metric = by?.constraint
  return metric?.kind === 'metric' ? `${metric.aggregation}(${metric.of})` : (by?.id ?? '')
}

function directionOf(cue: Item | undefined): 'ASC' | 'DESC' {
  return cue?.id.includes('ASC') === true ? 'ASC' : 'DESC'
}

function makeSort(from: readonly Item[], by: string, direction: 'ASC' | 'DESC', style = ''): Item {
  return { ...understood({ kind: 'sort', by, direction, span: spanOf(from) }, from), id: style }
}

function makeLimit(from: readonly Item[], number: string, end: LimitEnd): Item[] {
  const count = Number(number)
  if (!Number.isSafeInteger(count) || count < 0) return [...from]
  return [understood({ kind: 'limit', count, from: end, span: spanOf(from) }, from)]
}
