// How tables can be joined: by the shortest ways along foreign keys. Pure.
import type { ForeignKey } from './read-tables.ts'

export interface Joins {
  /** Tables on the way between wanted ones, then those that they refer to, and why they are here. */
  readonly added: readonly { readonly table: string; readonly because: readonly string[] }[]
  /** Of all foreign keys among wanted and added tables. */
  readonly conditions: readonly string[]
}

/**
 * Connects each wanted table to the first. Tables that no foreign key connects stay alone. If there are fewer than `enough`
 * then, those that the wanted ones refer to are added: an album has the name of its artist there.
 */
export function findJoins(wanted: readonly string[], keys: readonly ForeignKey[], enough: number): Joins {
  const [first, ...others] = wanted
  const added = new Map<string, string[]>()
  for (const other of first === undefined ? [] : others) {
    for (const between of shortestWay(first ?? '', other, keys)) {
      if (wanted.includes(between)) continue
      added.set(between, [...(added.get(between) ?? []), `connects ${first} and ${other}`])
    }
  }
  for (const table of wanted) {
    for (const { references_table: to } of keys.filter((key) => key.table === table)) {
      const isNew = !wanted.includes(to) && !added.has(to)
      if (isNew && wanted.length + added.size < enough) added.set(to, [`${table} refers to it`])
    }
  }
  const present = new Set([...wanted, ...added.keys()])
  const conditions = keys
    .filter((key) => present.has(key.table) && present.has(key.references_table))
    .map(writeCondition)
  return { added: [...added].map(([table, because]) => ({ table, because })), conditions }
}

/** The tables strictly between two: breadth first, so none nearer exists. */
function shortestWay(from: string, to: string, keys: readonly ForeignKey[]): readonly string[] {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]])
  // The map is the queue as well: it goes on to give what is added on the way.
  for (const table of cameFrom.keys()) {
    for (const { table: a, references_table: b } of keys) {
      const next = a === table ? b : b === table ? a : undefined
      if (next !== undefined && !cameFrom.has(next)) cameFrom.set(next, table)
    }
  }
  const way: string[] = []
  for (let table = cameFrom.get(to); table !== undefined && table !== from; table = cameFrom.get(table)) {
    way.push(table)
  }
  return way
}

function writeCondition(key: ForeignKey): string {
  return key.columns
    .map(
      (column, index) => `${key.table}.${column} = ${key.references_table}.${key.references_columns[index]}`,
    )
    .join(' and ')
}
