// What columns that are measured are compared, sorted and counted in: "over 5 minutes", "the longest", "cheaper than". Only
// where name and type leave no doubt of what is measured, and in what.
import { propose, type ProposedPattern } from './proposed-pattern.ts'
import type { SchemaColumn } from './read-schema.ts'

interface Measure {
  /** Some word of the column's name is one of these. */
  readonly names: readonly string[]
  readonly kind: SchemaColumn['kind']
  /** Other names of the column, where its own is but a unit. */
  readonly called: readonly string[]
  readonly most: readonly string[]
  readonly least: readonly string[]
  readonly more: readonly string[]
  readonly less: readonly string[]
}

/** In how many of the column's own unit: a column of seconds has 60 to the minute. */
const durations = { millisecond: 1, second: 1_000, minute: 60_000, hour: 3_600_000 } as const
type Duration = keyof typeof durations
const shortDurations: Readonly<Record<string, Duration>> = { ms: 'millisecond', sec: 'second', min: 'minute' }
const weights: Readonly<Record<string, readonly string[]>> = {
  kg: ['kilogram', 'kilo', 'kg'],
  gram: ['gram'],
}

const measures: readonly Measure[] = [
  {
    names: [...Object.keys(durations), ...Object.keys(shortDurations), 'duration', 'length', 'runtime'],
    kind: 'number',
    called: ['length', 'duration'],
    most: ['longest'],
    least: ['shortest'],
    more: ['longer than'],
    less: ['shorter than'],
  },
  {
    names: ['price', 'fare'],
    kind: 'number',
    called: ['price'],
    most: ['most expensive', 'priciest'],
    least: ['cheapest', 'least expensive'],
    more: ['more expensive than', 'costing more than'],
    less: ['cheaper than', 'costing less than'],
  },
  {
    names: ['age'],
    kind: 'number',
    called: [],
    most: ['oldest'],
    least: ['youngest'],
    more: ['older than'],
    less: ['younger than'],
  },
  {
    names: ['weight', ...Object.keys(weights)],
    kind: 'number',
    called: ['weight'],
    most: ['heaviest'],
    least: ['lightest'],
    more: ['heavier than'],
    less: ['lighter than'],
  },
  { names: ['byte'], kind: 'number', called: ['size'], most: [], least: [], more: [], less: [] },
]
/** A column of dates has no other name that says so: "newest" is of the one that there is. */
const dates = { most: ['newest', 'latest', 'most recent'], least: ['oldest', 'earliest'] }

/** @param words of the column's name, the last in the singular */
export function proposeMeasure(
  column: SchemaColumn,
  words: readonly string[],
  id: string,
  note: string,
): ProposedPattern[] {
  const sorts = (most: readonly string[], least: readonly string[]): ProposedPattern[] => [
    ...most.map((phrase) => propose('SORT', phrase, `${id} DESC`, note)),
    ...least.map((phrase) => propose('SORT', phrase, `${id} ASC`, note)),
  ]
  if (column.kind === 'time') return words.includes('birth') ? [] : sorts(dates.most, dates.least)
  const measure = measures.find(
    ({ kind, names }) => kind === column.kind && names.some((name) => words.includes(name)),
  )
  if (measure === undefined) return []
  const { called, most, least, more, less } = measure
  const units = unitsOf(words)
  // A length without a unit may be none of time.
  const said = called.filter((phrase) => units.length > 0 || words.includes(phrase))
  return [
    ...units.map(([unit, factor]) => propose('UNIT', unit, factor === 1 ? id : `${id}*${factor}`, note)),
    ...said.map((phrase) => propose('ATTRIBUTE', phrase, id, note)),
    ...sorts(most, least),
    ...more.map((phrase) => propose('COMPARATOR', phrase, `${id} GT`, note)),
    ...less.map((phrase) => propose('COMPARATOR', phrase, `${id} LT`, note)),
  ]
}

/** Whether the name is a unit alone: then it is no name that people say. "Over 5 milliseconds", "the length". */
export function isUnit(words: readonly string[]): boolean {
  return words.length === 1 && unitsOf(words).length > 0
}

/** Those of which the column's own goes into one a whole number of times. */
function unitsOf(words: readonly string[]): (readonly [unit: string, factor: number])[] {
  const last = words.at(-1) ?? ''
  const own = shortDurations[last] ?? last
  if (Object.hasOwn(durations, own)) {
    const size = durations[own as Duration]
    return Object.entries(durations).flatMap(([unit, of]) =>
      of % size === 0 ? [[unit, of / size] as const] : [],
    )
  }
  if (last === 'byte') return [['byte', 1]]
  return (Object.hasOwn(weights, last) ? (weights[last] ?? []) : []).map((unit) => [unit, 1] as const)
}
