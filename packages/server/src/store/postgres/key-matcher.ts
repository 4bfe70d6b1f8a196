import { runningAttribute } from '../../trace/span.ts'
import { promotedAttributes } from './promoted-attributes.ts'

interface Candidate {
  readonly bytes: Uint8Array
  /** Index into promotedAttributes, or `runningColumn`. */
  readonly column: number
  /** 0 is the first of the entry's keys. */
  readonly rank: number
}

/** What KeyMatcher.column says of the key that marks a running span. */
export const runningColumn = promotedAttributes.length

/**
 * Finds the promoted column of an attribute's key without making a string of it: most spans have fifteen attributes and
 * two promoted ones.
 */
export class KeyMatcher {
  column = -1
  rank = 0
  readonly #byLength: Candidate[][] = []

  constructor() {
    for (const [column, attribute] of promotedAttributes.entries()) {
      for (const [rank, key] of attribute.keys.entries()) this.#add(key, column, rank)
    }
    this.#add(runningAttribute, runningColumn, 0)
  }

  /** @returns whether the key at [start, end) has a column, which `column` and `rank` then tell */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    const candidates = this.#byLength[end - start]
    if (candidates === undefined) return false
    for (const candidate of candidates) {
      if (!equalFromTheEnd(bytes, end, candidate.bytes)) continue
      this.column = candidate.column
      this.rank = candidate.rank
      return true
    }
    return false
  }

  #add(key: string, column: number, rank: number): void {
    const bytes = Buffer.from(key)
    const candidates = (this.#byLength[bytes.byteLength] ??= [])
    candidates.push({ bytes, column, rank })
  }
}

/** Keys share their beginnings (gen_ai.usage.…) and differ at their ends. */
function equalFromTheEnd(bytes: Uint8Array, end: number, key: Uint8Array): boolean {
  for (let back = 1; back <= key.byteLength; back++) {
    if (bytes[end - back] !== key[key.byteLength - back]) return false
  }
  return true
}
