// What rules work on: the question as a row of items, each of one kind, and each kind one letter, so that a rule is a
// regular expression over kinds.
import type { Constraint, Span } from '../canonical-query.ts'

/** One or more words that belong together. */
export interface Item {
  /** One letter: see `kinds`. */
  readonly kind: string
  /** Of its pattern: `FILM`, `RATING=PG`, `LENGTH GT`. */
  readonly id: string
  /** The normalised words. */
  readonly text: string
  /** In the question as it was given. */
  readonly span: Span
  readonly isPlural: boolean
  /** Once it was understood. */
  readonly constraint?: Constraint
}

/**
 * By label and id of a pattern, or by the label alone; the first that fits.
 * Further kinds: `?` a word that nobody knows, `#` a number, `Y` one that may be a year, `d` a date, `,` a break;
 * and what rules make: `1` filter, `2` time, `3` metric, `4` limit, `5` sort, `6` group.
 */
const kinds: readonly (readonly [label: string, id: RegExp, kind: string])[] = [
  ['ENTITY', /./, 'E'],
  ['ATTRIBUTE', /./, 'A'],
  ['METRIC', /./, 'M'],
  ['FILTER', /^[^=<>!]+((!=|>=|<=|=|>|<).+)?$/, 'V'],
  ['UNIT', /^[^*]+(\*(?=.*[1-9])\d{1,12}(\.\d{1,12})?)?$/, 'U'],
  ['UNIT', /^$/, '$'],
  ['AGGREGATION', /^COUNT$/, 'g'],
  ['AGGREGATION', /^(SUM|AVG|MIN|MAX)$/, 'G'],
  ['NEGATION', /^NON$/, 'X'],
  ['NEGATION', /^NOR$/, 'N'],
  ['NEGATION', /^(NOT|NO|EXCEPT)$/, 'x'],
  ['COMPARATOR', /^BETWEEN$/, 'n'],
  ['COMPARATOR', /^OR (GE|LE)$/, 'O'],
  ['COMPARATOR', /^(.+ )?(GT|GE|LT|LE|EQ|NE)$/, 'c'],
  ['LIMIT', /^LAST$/, 'q'],
  ['LIMIT', /^(TOP|BOTTOM|FIRST|ANY)$/, 'l'],
  ['SORT', /^(ASC|DESC)$/, 's'],
  ['SORT', /^COUNT (ASC|DESC)$/, 'p'],
  ['SORT', /^MOST$/, 'm'],
  ['SORT', /^BY$/, 'B'],
  ['SORT', /^(ASC|DESC)ENDING$/, 'D'],
  ['SORT', /^.+ (ASC|DESC)$/, 'K'],
  ['TIME', /^(SINCE|BEFORE|AFTER|UNTIL)$/, 't'],
  ['TIME', /^(PAST|LAST|THIS|NEXT)$/, 'j'],
  ['TIME', /^DAY (TODAY|YESTERDAY|TOMORROW)$/, 'a'],
  ['TIME', /^UNIT (HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)$/, 'u'],
  ['TIME', /^EVERY (HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)$/, 'e'],
  ['TIME', /^MONTH (0[1-9]|1[0-2])$/, 'h'],
  ['GROUP', /^PER$/, 'P'],
  ['LINK', /^OF$/, 'o'],
  ['LINK', /^IN$/, 'i'],
  ['LINK', /^WITH$/, 'w'],
  ['LINK', /^BY$/, 'b'],
  ['LINK', /^FROM$/, 'f'],
  ['LINK', /^FOR$/, 'r'],
  ['LINK', /^TO$/, 'k'],
  ['LINK', /^AND$/, '&'],
  ['LINK', /^BUT$/, '!'],
  ['LINK', /^OR$/, 'v'],
  ['LINK', /^WHO$/, 'W'],
  ['NOISE', /^LIGHT$/, '-'],
  ['NOISE', /^START$/, '^'],
  ['NOISE', /^ALWAYS$/, '~'],
]

/** `?` for a pattern that this package gives no meaning: its words stay words. */
export function kindOf(label: string, id: string): string {
  return kinds.find(([name, shape]) => name === label && shape.test(id))?.[2] ?? '?'
}

/** A column that is asked for; "hired employees in 2003" asks for none. */
export function isAskedFor({ kind, text }: Item): boolean {
  return kind === 'A' && !text.endsWith('ed')
}

export function encode(items: readonly Item[]): string {
  return items.map(({ kind }) => kind).join('')
}

export function spanOf(items: readonly Item[]): Span {
  return {
    start: Math.min(...items.map(({ span }) => span.start)),
    end: Math.max(...items.map(({ span }) => span.end)),
  }
}

const constraintKinds = { filter: '1', time: '2', metric: '3', limit: '4', sort: '5', group: '6' } as const

/** The item that takes the place of those that a constraint was understood from. */
export function understood(
  constraint: Constraint & { readonly kind: keyof typeof constraintKinds },
  from: readonly Item[],
): Item {
  return {
    kind: constraintKinds[constraint.kind],
    id: '',
    text: from.map(({ text }) => text).join(' '),
    span: constraint.span,
    isPlural: false,
    constraint,
  }
}
