// A first set of patterns for a schema: what people might call its tables, columns and values. Somebody who knows the
// data reads it through and adds the words that people really use.
import { singular } from '../normalise/singular.ts'
import { isUnit, proposeMeasure } from './propose-measures.ts'
import { propose, type ProposedPattern } from './proposed-pattern.ts'
import type { SchemaColumn, SchemaTable } from './read-schema.ts'

export interface Proposal {
  readonly patterns: readonly ProposedPattern[]
  /** What was left out, and why; for whoever ran it. */
  readonly leftOut: readonly string[]
}

/** Of each `table.column` by its whole name: its few values. */
export type ValuesByColumn = ReadonlyMap<string, readonly string[]>

/** What adds up to a figure that people ask for; prices do not. */
const measures = new Set(
  'amount total subtotal cost revenue sale quantity balance fee payment profit margin discount tax budget spend value'.split(
    ' ',
  ),
)
/** A value of these is called by the name of its table: the genre Rock, not the name Rock. */
const namingColumns = new Set(['name', 'title', 'label', 'description', 'code'])
const maxValueWords = 5
const namingLabels = new Set(['ENTITY', 'ATTRIBUTE', 'METRIC', 'FILTER'])
/** "reports to" and "created by" are what somebody does, and nobody's role. */
const prepositions = new Set(['to', 'by', 'of', 'from', 'for', 'at', 'in', 'on'])

export function columnKey(table: SchemaTable, column: SchemaColumn): string {
  return `${table.schema}.${table.name}.${column.name}`
}

/** @param taken phrases that mean something in every schema: "total" and "on" are no column and no state */
export function proposePatterns(
  tables: readonly SchemaTable[],
  values: ValuesByColumn,
  taken: ReadonlySet<string>,
): Proposal {
  const columns = tables.flatMap((table) =>
    table.columns.flatMap((column) => proposeColumn(table, column, taken)),
  )
  const measures = tables.flatMap((table) =>
    table.columns.flatMap((column) => proposeMeasureOf(table, column)),
  )
  const ambiguous = findAmbiguous(measures)
  const candidates = [
    ...tables.flatMap(proposeEntities),
    ...columns,
    ...measures.filter(({ pattern }) => !ambiguous.has(pattern)),
    ...tables.flatMap((table) =>
      table.columns.flatMap((column) =>
        proposeFilters(table, column, values.get(columnKey(table, column)) ?? []),
      ),
    ),
  ]
  const byPhrase = new Map<string, ProposedPattern>()
  const leftOut = [...ambiguous].map(
    ([phrase, ids]) => `"${phrase}": it might be of ${[...ids].join(' or ')}`,
  )
  for (const one of candidates) {
    const phrase = singularWords(one.pattern)
    if (taken.has(phrase) && namingLabels.has(one.label)) {
      leftOut.push(`"${one.pattern}" as ${one.label} ${one.id}: it is a word of every schema`)
      continue
    }
    const earlier = byPhrase.get(phrase)
    if (earlier === undefined) byPhrase.set(phrase, one)
    else if (earlier.id !== one.id || earlier.label !== one.label) {
      leftOut.push(`"${one.pattern}" as ${one.label} ${one.id}: it is ${earlier.label} ${earlier.id} already`)
    }
  }
  return { patterns: [...byPhrase.values()], leftOut }
}

/** The words of a name: `film_category`, `filmCategory` and `FilmCategory` have the same. */
export function wordsOfName(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** The last word of a name in the singular: `customers`, `order lines`. */
export function singularName(name: string): string[] {
  const words = wordsOfName(name)
  return words.map((word, index) => (index === words.length - 1 ? singular(word) : word))
}

function proposeEntities(table: SchemaTable): ProposedPattern[] {
  const words = singularName(table.name)
  if (words.length === 0 || isLink(table)) return []
  const id = words.join('_').toUpperCase()
  const note = `table ${table.schema}.${table.name}`
  // Another role of the row a key points to: the support rep of a customer is an employee.
  const roles = table.foreignKeys.flatMap(({ columns, target }) => {
    const role = wordsOfName(columns.length === 1 ? (columns[0] ?? '') : '').filter((word) => word !== 'id')
    const targetWords = singularName(target)
    const isOther =
      role.length > 0 &&
      !prepositions.has(role.at(-1) ?? '') &&
      !role.some((word) => targetWords.includes(singular(word)))
    if (!isOther) return []
    const roleNote = `${table.schema}.${table.name}.${columns[0]} points to ${target}`
    return [propose('ENTITY', role.join(' '), targetWords.join('_').toUpperCase(), roleNote)]
  })
  return [propose('ENTITY', words.join(' '), id, note), ...roles]
}

/** A table that only ties others together, and that nobody asks for. */
function isLink(table: SchemaTable): boolean {
  const own = table.columns.filter(({ isKey, kind }) => !isKey && kind !== 'time')
  return table.foreignKeys.length >= 2 && own.length === 0
}

function proposeMeasureOf(table: SchemaTable, column: SchemaColumn): ProposedPattern[] {
  const words = singularName(column.name)
  if (column.isKey || isLink(table)) return []
  const note = `column ${table.schema}.${table.name}.${column.name}`
  return proposeMeasure(column, words, words.join('_').toUpperCase(), note)
}

/** What would be said of several columns is said of none: "newest" where invoices and employees have dates. */
function findAmbiguous(candidates: readonly ProposedPattern[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ids = new Map<string, Set<string>>()
  for (const { pattern, id } of candidates) {
    const named = id.replace(/[ *].*$/, '')
    ids.set(pattern, (ids.get(pattern) ?? new Set()).add(named))
  }
  return new Map([...ids].filter(([, named]) => named.size > 1))
}

function proposeColumn(
  table: SchemaTable,
  column: SchemaColumn,
  taken: ReadonlySet<string>,
): ProposedPattern[] {
  const words = singularName(column.name)
  if (column.isKey || column.kind === 'boolean' || column.kind === 'other' || words.length === 0) return []
  if (words.at(-1) === 'id' || isUnit(words)) return []
  const note = `column ${table.schema}.${table.name}.${column.name}`
  const isMeasure = column.kind === 'number' && words.some((word) => measures.has(word))
  // The same name in two tables is one attribute: which table is meant, the question's entity says.
  const id = words.join('_').toUpperCase()
  // "total" says how to add up, "invoice total" what.
  const phrase = taken.has(words.join(' ')) ? [...singularName(table.name), ...words] : words
  return [propose(isMeasure ? 'METRIC' : 'ATTRIBUTE', phrase.join(' '), id, note)]
}

function proposeFilters(
  table: SchemaTable,
  column: SchemaColumn,
  values: readonly string[],
): ProposedPattern[] {
  const words = singularName(column.name)
  const note = `column ${table.schema}.${table.name}.${column.name}`
  if (column.kind === 'boolean') {
    const said = words.filter((word) => !['is', 'has', 'flag', 'was'].includes(word))
    if (said.length === 0 || column.isKey) return []
    return [propose('FILTER', said.join(' '), `${said.join('_').toUpperCase()}=TRUE`, note)]
  }
  const isNaming = words.length === 1 && namingColumns.has(words[0] ?? '')
  const attribute = (isNaming ? singularName(table.name) : words).join('_').toUpperCase()
  return [...(column.kind === 'enum' ? column.labels : values)]
    .map((value) => value.trim().replace(/\s+/g, ' '))
    .filter(isWording)
    .map((value) =>
      propose('FILTER', value.replaceAll('_', ' '), `${attribute}=${value.toUpperCase()}`, note),
    )
}

/** Whether people could say it: with letters, not one alone, not a whole sentence. */
function isWording(value: string): boolean {
  return (
    value.isWellFormed() &&
    !/[\x00-\x1f]/.test(value) &&
    /\p{L}/u.test(value) &&
    value.length > 1 &&
    !/^(?:yes|no|true|false|none|null|n\/a|all|any|other|unknown|not|and|or)$/i.test(value) &&
    value.split(' ').length <= maxValueWords
  )
}

function singularWords(phrase: string): string {
  return phrase.toLowerCase().split(' ').map(singular).join(' ')
}
