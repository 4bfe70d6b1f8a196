// What a question asks for: from normalised words and matched patterns to constraints. No engine's tags are used, so both
// engines give the same. Deterministic, and conservative: what could be meant in two ways is not understood, and what is
// not understood stays in the fingerprint word for word (residue.ts).
import type { Constraint } from '../canonical-query.ts'
import type { PatternMatch } from '../engine/nlp-engine.ts'
import type { NormalisedText } from '../normalise/normalise.ts'
import { comparisonRules, equalityRules } from './comparison-rules.ts'
import { findFilters } from './filter-rules.ts'
import { isAskedFor, type Item } from './item.ts'
import { groupRules, metricRules } from './metric-rules.ts'
import { findOrder } from './order-rules.ts'
import { readItems } from './read-items.ts'
import { findResidue } from './residue.ts'
import { applyRules } from './rule.ts'
import { timeRules } from './time-rules.ts'

export interface Interpretation {
  /** In the order of the question. */
  readonly constraints: readonly Constraint[]
  /** What the fingerprint says of what was not understood: words, and constraints in their places. */
  readonly residue: readonly (string | Constraint)[]
  /** From 0 to 1: the share of content words that were understood. */
  readonly understood: number
}

export function interpret(question: NormalisedText, matches: readonly PatternMatch[]): Interpretation {
  const read = readItems(question, matches)
  const compared = applyRules(findFilters(read), comparisonRules)
  const timed = applyRules(applyRules(compared, timeRules), equalityRules)
  const items = findOrder(applyRules(timed, metricRules))
  const grouped = applyRules(items, groupRules)
  const hasSeveralEntities = new Set(grouped.flatMap(entityOf)).size > 1
  const withOwners = hasSeveralEntities
    ? grouped.map((item, index) => addOwner(item, index, grouped))
    : grouped
  const found = findResidue(withOwners)
  // "thank you" and "hello" are not one question because neither is any.
  const isNothing = found.items.length === 0 && withOwners.every((item) => constraintOf(item).length === 0)
  const residue = isNothing ? { items: read, unknown: read } : found
  const constraints = withOwners.flatMap(constraintOf).sort((a, b) => a.span.start - b.span.start)
  return {
    constraints,
    residue: residue.items.map((item) => constraintOf(item)[0] ?? item.text),
    understood: shareUnderstood(read, residue.unknown),
  }
}

function constraintOf(item: Item): Constraint[] {
  if (item.constraint !== undefined) return [item.constraint]
  const { id, span } = item
  if (item.kind === 'E') return [{ kind: 'entity', id, span }]
  return isAskedFor(item) ? [{ kind: 'attribute', id, span }] : []
}

/** The entity that an item names, by itself or within. */
function entityOf(item: Item): string[] {
  if (item.kind === 'E') return [item.id]
  const { constraint } = item
  if (constraint?.kind === 'metric' && constraint.aggregation === 'COUNT') return [constraint.of]
  if (constraint?.kind === 'group') return [constraint.by]
  const name =
    constraint?.kind === 'filter' ? constraint.attribute : constraint?.kind === 'sort' ? constraint.by : ''
  const counted = /^COUNT\((.*)\)$/.exec(name)?.[1]
  return counted === undefined ? [] : [counted]
}

/** An adjective belongs to the entity that follows it, anything else to the one before. */
function addOwner(item: Item, index: number, items: readonly Item[]): Item {
  const isOwnable = 'A125'.includes(item.kind) || item.constraint?.kind === 'metric'
  if (!isOwnable || entityOf(item).length > 0) return item
  const after = items.slice(index + 1)
  const next = after.find(({ kind }) => !'~15'.includes(kind))
  const owner =
    (item.kind === '1' || item.kind === '5') && next !== undefined && entityOf(next)[0] !== undefined
      ? entityOf(next)[0]
      : (items.slice(0, index).flatMap(entityOf).at(-1) ?? after.flatMap(entityOf)[0])
  const [constraint] = constraintOf(item)
  if (owner === undefined || constraint === undefined) return item
  return { ...item, constraint: { ...constraint, owner } as Constraint }
}

function shareUnderstood(read: readonly Item[], unknown: readonly Item[]): number {
  const count = (items: readonly Item[]): number =>
    items
      .filter(({ kind }) => !'~-,'.includes(kind))
      .reduce((sum, { text }) => sum + text.split(' ').length, 0)
  const all = count(read)
  return all === 0 ? 0 : 1 - Math.min(all, count(unknown)) / all
}
