// Constraints as text, and the text's key. The same constraints give the same text: parts are sorted, once each, and what
// separates them is escaped in what they hold. `rulesVersion` is part of the key: keys of other rules are other keys.
import { createHash } from 'node:crypto'
import type { Constraint } from '../canonical-query.ts'

/** Raised with every change that gives a question another meaning, or a meaning another text. */
const rulesVersion = 3

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
  const owner = 'owner' in constraint ? `${escapeId(constraint.owner ?? '')}.` : ''
  switch (constraint.kind) {
    case 'entity':
      return `SELECT:${escapeId(constraint.id)}`
    case 'attribute':
      return `SHOW:${owner}${escapeId(constraint.id)}`
    case 'metric':
      return `METRIC:${owner}${constraint.aggregation}(${escapeId(constraint.of)})`
    case 'filter':
      return `FILTER:${owner}${escapeId(constraint.attribute)}${constraint.operator}${constraint.values.map(value).join(',')}`
    case 'limit':
      if (constraint.count === undefined) return `LIMIT:${constraint.from}`
      return `LIMIT:${constraint.from === 'TOP' ? '' : `${constraint.from} `}${value(String(constraint.count))}`
    case 'sort':
      return `SORT:${owner}${escapeId(constraint.by)} ${constraint.direction}`
    case 'group':
      return `GROUP:${escapeId(constraint.by)}`
    case 'time':
      return `TIME:${owner}${constraint.attribute === undefined ? '' : `${escapeId(constraint.attribute)}=`}${value(constraint.range)}`
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

/** Compared for equality, or longer than amounts are (an account, a telephone number), or a day (of birth). */
function mayIdentify(constraint: Constraint, value: string): boolean {
  if (constraint.kind === 'limit') return value.length > maxPlainDigits
  if (constraint.kind === 'time') return hasDay(value)
  if (constraint.kind !== 'filter' || !constraint.isLiteral) return false
  const isEquality = constraint.operator === '=' || constraint.operator === '!='
  return (isEquality && value !== '0') || value.replace(/\D/g, '').length > maxPlainDigits
}

const maxPlainDigits = 6

/** Months and years begin and end with a first; a range of one day, or to any other day, tells a day. */
function hasDay(range: string): boolean {
  const [start = '', end = ''] = range.split('/').filter((date) => /^\d/.test(date))
  const days = (Date.parse(end) - Date.parse(start)) / 86_400_000
  return days === 1 || [start, end].some((date) => date !== '' && !date.endsWith('-01'))
}

/** A dot stands between an owner and what it owns. */
function escapeId(text: string): string {
  return escape(text).replaceAll('.', '%2E')
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
