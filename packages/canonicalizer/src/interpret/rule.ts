// How a rule is written and applied.
import { encode, type Item } from './item.ts'

export interface Found {
  /** All that matched. */
  readonly all: readonly Item[]
  /** The kinds before and after it. */
  readonly before: string
  readonly after: string
  /** The whole row. */
  readonly row: readonly Item[]
  /** The items of a named group; none when it did not take part. */
  group(name: string): readonly Item[]
  /** The first item of a named group. */
  one(name: string): Item | undefined
}

export interface Rule {
  readonly shape: RegExp
  /** What takes the place of the match; undefined leaves it as it is. */
  readonly apply: (found: Found) => readonly Item[] | undefined
}

/** A space stands for any noise there may be. */
export function shape(source: string): RegExp {
  return new RegExp(source.replaceAll(' ', '[~-]*'), 'dg')
}

/** Rules in their order, each over the whole row. */
export function applyRules(items: readonly Item[], rules: readonly Rule[]): readonly Item[] {
  return rules.reduce(applyRule, items)
}

function applyRule(items: readonly Item[], rule: Rule): readonly Item[] {
  const kinds = encode(items)
  const result: Item[] = []
  let done = 0
  for (const match of kinds.matchAll(rule.shape)) {
    const end = match.index + match[0].length
    const group = (name: string): readonly Item[] => {
      const place = match.indices?.groups?.[name]
      return place === undefined ? [] : items.slice(...place)
    }
    const replacement = rule.apply({
      all: items.slice(match.index, end),
      before: kinds.slice(0, match.index),
      after: kinds.slice(end),
      row: items,
      group,
      one: (name) => group(name)[0],
    })
    result.push(...items.slice(done, match.index), ...(replacement ?? items.slice(match.index, end)))
    done = end
  }
  return [...result, ...items.slice(done)]
}
