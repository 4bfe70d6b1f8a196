import { asideAttributes, promotedAttributes } from './promoted-attributes.ts'

interface Candidate {
  readonly bytes: Uint8Array
  readonly column: number
  readonly rank: number
}

/** A power of two; twenty slots a key, so that most keys of a span fall on an empty one. */
const slotCount = 2048
const slotMask = slotCount - 1

/**
 * Finds the promoted column of an attribute's key without making a string of it: most spans have fifteen attributes and
 * two promoted ones. An open table, because the dialects have three keys of the same length for each one of the span's.
 */
export class KeyMatcher {
  /** Index into promotedAttributes; behind them stand the asideAttributes. */
  column = -1
  /** 0 is the first of the entry's keys. */
  rank = 0
  readonly #slots: (Candidate | undefined)[] = new Array<undefined>(slotCount).fill(undefined)

  constructor() {
    for (const [column, { keys }] of [...promotedAttributes, ...asideAttributes].entries()) {
      for (const [rank, key] of keys.entries()) {
        this.#add(Buffer.from(typeof key === 'string' ? key : key.key), column, rank)
      }
    }
  }

  /** @returns whether the key at [start, end) is one of them, which `column` and `rank` then tell */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < minKeyBytes) return false
    for (let slot = slotOf(bytes, start, end); ; slot = (slot + 1) & slotMask) {
      const candidate = this.#slots[slot]
      if (candidate === undefined) return false
      if (candidate.bytes.byteLength !== end - start || !equalFromTheEnd(bytes, end, candidate.bytes))
        continue
      this.column = candidate.column
      this.rank = candidate.rank
      return true
    }
  }

  #add(bytes: Uint8Array, column: number, rank: number): void {
    let slot = slotOf(bytes, 0, bytes.byteLength)
    while (this.#slots[slot] !== undefined) slot = (slot + 1) & slotMask
    this.#slots[slot] = { bytes, column, rank }
  }
}

/** slotOf reads so many; no promoted key is as short. */
const minKeyBytes = 4

/** Of the length and four bytes, which tell all keys of the dialects apart and most others from them. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const middle = start + (length >> 1)
  const mixed =
    (length * 0x9e37) ^
    (bytes[end - 1]! * 0x1f35) ^
    (bytes[end - 3]! * 0x6a5b) ^
    (bytes[middle]! * 0x2c1b) ^
    (bytes[start + 1]! * 0x0b2d)
  return (mixed ^ (mixed >> 7)) & slotMask
}

/** Keys share their beginnings (gen_ai.usage.…) and differ at their ends. */
function equalFromTheEnd(bytes: Uint8Array, end: number, key: Uint8Array): boolean {
  for (let back = 1; back <= key.byteLength; back++) {
    if (bytes[end - back] !== key[key.byteLength - back]) return false
  }
  return true
}
