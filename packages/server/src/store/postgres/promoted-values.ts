import type { KeyValueReader } from '../../otlp/key-value.ts'
import { readText } from '../../otlp/text.ts'
import { KeyMatcher, runningColumn } from './key-matcher.ts'
import { enclosingOperations, maxPromotedBytes, promotedAttributes } from './promoted-attributes.ts'
import { note } from './note.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Term, TermDictionary } from './term-dictionary.ts'

const columnCount = promotedAttributes.length
const isCount = promotedAttributes.map((attribute) => attribute.type === 'count')
const isTerm = promotedAttributes.map((attribute) => attribute.type === 'term')
const inputTokens = columnOf('input_tokens')
const outputTokens = columnOf('output_tokens')
const genAiOperation = columnOf('gen_ai_operation_id')

/** The most that write can take: every column with its length, the text ones in full (invalid bytes triple as U+FFFD). */
export const maxPromotedRowBytes = columnCount * 8 + 3 * maxPromotedBytes * isTerm.length

const none = 0x7f

/** The promoted attributes of one span at a time. */
export class PromotedValues {
  /** The span was sent before it ended. */
  isRunning = false
  readonly #matcher = new KeyMatcher()
  readonly #ranks = new Uint8Array(columnCount).fill(none)
  readonly #counts = new Int32Array(columnCount)
  readonly #starts = new Int32Array(columnCount)
  readonly #ends = new Int32Array(columnCount)
  #highest = -1

  clear(): void {
    this.isRunning = false
    for (let column = 0; column <= this.#highest; column++) this.#ranks[column] = none
    this.#highest = -1
  }

  /** Takes an attribute, if it is one that has a column and is of the column's type. */
  take(bytes: Uint8Array, attribute: KeyValueReader): void {
    if (!this.#matcher.match(bytes, attribute.keyStart, attribute.keyEnd)) return
    const { column, rank } = this.#matcher
    if (column === runningColumn) {
      this.isRunning = attribute.valueType === 2 && attribute.boolValue
      return
    }
    // Of one key sent twice the last one counts, as in a map; of two names for one thing the first in the table.
    if (rank > this.#ranks[column]!) return
    if (isCount[column]!) {
      const count = readCount(attribute)
      if (count < 0) return
      this.#counts[column] = count
    } else {
      const length = attribute.valueEnd - attribute.valueStart
      if (attribute.valueType !== 1 || length === 0 || length > maxPromotedBytes) return
      this.#starts[column] = attribute.valueStart
      this.#ends[column] = attribute.valueEnd
    }
    this.#ranks[column] = rank
    if (column > this.#highest) this.#highest = column
  }

  /** -1: not told. */
  get inputTokens(): number {
    return this.#ranks[inputTokens] === none ? -1 : this.#counts[inputTokens]!
  }

  /** -1: not told. */
  get outputTokens(): number {
    return this.#ranks[outputTokens] === none ? -1 : this.#counts[outputTokens]!
  }

  /** Whether the span's tokens repeat those of the model calls inside it. */
  isEnclosing(bytes: Buffer): boolean {
    if (this.#ranks[genAiOperation] === none) return false
    return enclosingOperations.has(
      bytes.toString('latin1', this.#starts[genAiOperation], this.#ends[genAiOperation]),
    )
  }

  /** Writes the columns, and notes where the id of a term is missing. */
  write(bytes: Buffer, rows: RowBuffer, terms: TermDictionary, unresolved: Map<Term, number[]>): void {
    for (let column = 0; column < columnCount; column++) {
      if (this.#ranks[column] === none) {
        rows.writeNull()
      } else if (isCount[column]!) {
        rows.writeInt4(this.#counts[column]!)
      } else if (isTerm[column]!) {
        const term = terms.find(readText(bytes, this.#starts[column]!, this.#ends[column]!))
        if (term.id === 0) note(unresolved, term, rows.position)
        rows.writeInt4(term.id)
      } else {
        rows.writeText(readText(bytes, this.#starts[column]!, this.#ends[column]!))
      }
    }
  }
}

/** An integer from 0 to 2^31 - 1, also where it was sent as a double; else -1. */
function readCount(attribute: KeyValueReader): number {
  if (attribute.valueType === 3) {
    return attribute.intHigh === 0 && attribute.intLow >>> 0 <= 0x7fffffff ? attribute.intLow : -1
  }
  if (attribute.valueType !== 4) return -1
  const value = attribute.doubleValue
  return Number.isInteger(value) && value >= 0 && value <= 0x7fffffff ? value : -1
}

function columnOf(name: string): number {
  return promotedAttributes.findIndex((attribute) => attribute.column === name)
}
