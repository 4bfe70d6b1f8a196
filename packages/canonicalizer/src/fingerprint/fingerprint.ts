// Constraints as text, and the text's key. The same constraints give the same text: parts are sorted, once each, and what
// separates them is escaped in what they hold. `rulesVersion` is part of the key: keys of other rules are other keys.
import { createHash } from 'node:crypto'
import type { Constraint } from '../canonical-query.ts'

/** Raised with every change that gives a question another meaning, or a meaning another text. */
const rulesVersion = 2

export interface FingerprintParts {
  readonly constraints: readonly Constraint[]
  /** Words and constraints in the order of the question; empty when all was understood. */
  readonly residue: readonly (string | Constraint)[]
}

/** `FILTER:RATING=PG|LIMIT:10|SELECT:FILM`, and at the end `OTHER:[FILM] about robots` for what was not understood. */
export function renderFingerprint({ constraints, residue }: FingerprintParts): string {
  const parts = [...new Set(constraints.map((constraint) => renderConstraint(constraint, escape)))].sort()
  const other = renderResidue(residue)
  return [...parts, ...(other === '' ? [] : [`OTHER:${other}`])].join('|')
}

/**
 * The same, without the words of whoever asked: what was not understood, and numbers that may tell who somebody is, as
 * the beginning of a hash of them. Equal where fingerprints are equal. A hash of few words can be guessed by trying.
 */
export function renderPrivateFingerprint({ constraints, residue }: FingerprintParts): string {
  const parts = constraints.map((constraint) =>
    renderConstraint(constraint, (value) => (mayIdentify(constraint, value) ? hide(value) : escape(value))),
  )
  const other = renderResidue(residue)
  return [...[...new Set(parts)].sort(), ...(other === '' ? [] : [`OTHER:${hide(other)}`])].join('|')
}

/** @param engine where the fingerprint depends on it: keys of one engine are none of the other's then */
export function makeKey(fingerprint: string, engine?: string): string {
  return sha256(`${rulesVersion}${engine === undefined ? '' : ` ${engine}`}\n${fingerprint}`)
}

function renderConstraint(constraint: Constraint, value: (text: string) => string): string {
  const owner = 'owner' in constraint ? `${escape(constraint.owner ?? '')}.` : ''
  switch (constraint.kind) {
    case 'entity':
      return `SELECT:${escape(constraint.id)}`
    case 'attribute':
      return `SHOW:${owner}${escape(constraint.id)}`
    case 'metric':
      return `METRIC:${owner}${constraint.aggregation}(${escape(constraint.of)})`
    case 'filter':
      return `FILTER:${owner}${escape(constraint.attribute)}${constraint.operator}${constraint.values.map(value).join(',')}`
    case 'limit':
      if (constraint.count === undefined) return `LIMIT:${constraint.from}`
      return `LIMIT:${constraint.from === 'TOP' ? '' : `${constraint.from} `}${constraint.count}`
    case 'sort':
      return `SORT:${owner}${escape(constraint.by)} ${constraint.direction}`
    case 'group':
      return `GROUP:${escape(constraint.by)}`
    case 'time':
      return `TIME:${owner}${constraint.attribute === undefined ? '' : `${escape(constraint.attribute)}=`}${constraint.range}`
  }
}

/** Words hold no brackets (the normaliser drops them), so a word never reads as a constraint. */
function renderResidue(residue: FingerprintParts['residue']): string {
  return residue
    .map((part) =>
      typeof part === 'string'
        ? escape(part)
        : `[${renderConstraint(part, escape).replace(/^(SELECT|FILTER):/, '')}]`,
    )
    .join(' ')
}

/** Compared for equality, or longer than amounts are: an account, a telephone number. */
function mayIdentify(constraint: Constraint, value: string): boolean {
  if (constraint.kind !== 'filter' || !constraint.isLiteral) return false
  const isEquality = constraint.operator === '=' || constraint.operator === '!='
  return (isEquality && value !== '0') || value.replace(/\D/g, '').length > 6
}

function escape(text: string): string {
  return text.replace(/[%|:=,<>![\]]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

function hide(text: string): string {
  return `#${sha256(text).slice(0, 16)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
