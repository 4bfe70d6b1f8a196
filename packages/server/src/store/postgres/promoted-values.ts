import type { KeyValueReader } from '../../otlp/key-value.ts'
import { readText } from '../../otlp/text.ts'
import { maxSentFingerprintBytes, toKeptFingerprint } from '../../trace/fingerprint.ts'
import { callKindOf } from './call-kind.ts'
import type { AsideName, PromotedColumn, Translate } from './dialects/dialect.ts'
import { jsonUsage } from './dialects/mlflow.ts'
import { readJsonCounts } from './json-counts.ts'
import { KeyMatcher } from './key-matcher.ts'
import {
  asideAttributes,
  inputWithoutCache,
  maxPromotedBytes,
  promotedAttributes,
} from './promoted-attributes.ts'
import { note } from './note.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Term, TermDictionary } from './term-dictionary.ts'

const columnCount = promotedAttributes.length
const isCount = promotedAttributes.map((attribute) => attribute.type === 'count')
const isTerm = promotedAttributes.map((attribute) => attribute.type === 'term')
const isFingerprint = promotedAttributes.map((attribute) => attribute.type === 'fingerprint')
const maxBytes = [...promotedAttributes, ...asideAttributes].map((attribute) =>
  'type' in attribute && attribute.type === 'fingerprint' ? maxSentFingerprintBytes : maxPromotedBytes,
)
const translators: readonly (readonly (Translate | undefined)[])[] = promotedAttributes.map(({ keys }) =>
  keys.map((key) => (typeof key === 'string' ? undefined : key.translate)),
)
const inputTokens = columnOf('input_tokens')
const outputTokens = columnOf('output_tokens')
const cacheReadTokens = columnOf('cache_read_tokens')
const cacheWriteTokens = columnOf('cache_write_tokens')
const provider = columnOf('provider_id')
const isCacheBesideInput = promotedAttributes[cacheReadTokens]!.keys.map(
  (key) => typeof key === 'string' && inputWithoutCache.cacheKeys.has(key),
)
const genAiOperation = columnOf('gen_ai_operation_id')
const agent = columnOf('agent_id')
const tool = columnOf('tool_id')
const running = asideOf('running')
const entityName = asideOf('entity_name')
const jsonUsageAt = asideOf('json_usage')
const usageColumns = Object.entries(jsonUsage).map(
  ([column, key]) => [columnOf(column as PromotedColumn), key] as const,
)

/** The most that write can take: every column with its length, the text ones in full (invalid bytes triple as U+FFFD). */
export const maxPromotedRowBytes = columnCount * 8 + 3 * maxPromotedBytes * isTerm.length

const none = 0x7f
/** Behind what any attribute of the column's own says. */
const lastRank = 0x7e

/** The promoted attributes of one span at a time. */
export class PromotedValues {
  /** The span was sent before it ended. */
  isRunning = false
  /** The GenAI conventions' word; undefined: not told, or no such word. */
  operation: string | undefined
  readonly #matcher = new KeyMatcher()
  readonly #ranks = new Uint8Array(columnCount + asideAttributes.length).fill(none)
  readonly #counts = new Int32Array(columnCount)
  readonly #starts = new Int32Array(columnCount + asideAttributes.length)
  readonly #ends = new Int32Array(columnCount + asideAttributes.length)
  #highest = -1

  clear(): void {
    this.isRunning = false
    this.operation = undefined
    for (let column = 0; column <= this.#highest; column++) this.#ranks[column] = none
    this.#highest = -1
  }

  /** Takes an attribute, if it is one that has a column and is of the column's type. */
  take(bytes: Buffer, attribute: KeyValueReader): void {
    if (!this.#matcher.match(bytes, attribute.keyStart, attribute.keyEnd)) return
    const { column, rank } = this.#matcher
    if (column === running) {
      this.isRunning = attribute.valueType === 2 && attribute.boolValue
      return
    }
    // Of one key sent twice the last one counts, as in a map; of two names for one thing the first in the table.
    if (rank > this.#ranks[column]!) return
    if (column < columnCount && isCount[column]!) {
      const count = readCount(attribute)
      if (count < 0) return
      this.#counts[column] = count
    } else {
      const { valueStart: start, valueEnd: end } = attribute
      if (attribute.valueType !== 1 || start === end || end - start > maxBytes[column]!) return
      if (column === genAiOperation && !this.#takeOperation(bytes, start, end, rank)) return
      this.#starts[column] = start
      this.#ends[column] = end
    }
    this.#setRank(column, rank)
  }

  /**
   * Puts together what was taken; to be called when all attributes were.
   * @param isWithoutCache the span's scope tells input tokens without the cached ones
   */
  finish(bytes: Buffer, isWithoutCache: boolean): void {
    if (this.#ranks[jsonUsageAt] !== none) this.#takeUsage(bytes)
    if (this.#ranks[entityName] !== none) this.#takeEntityName()
    if (this.#ranks[inputTokens] !== none) this.#includeCache(bytes, isWithoutCache)
  }

  /** -1: not told. */
  get inputTokens(): number {
    return this.#ranks[inputTokens] === none ? -1 : this.#counts[inputTokens]!
  }

  /** -1: not told. */
  get outputTokens(): number {
    return this.#ranks[outputTokens] === none ? -1 : this.#counts[outputTokens]!
  }

  /** See call-kind.ts. */
  get callKind(): number {
    return callKindOf(this.operation, this.inputTokens >= 0 || this.outputTokens >= 0)
  }

  /** Writes the columns, and notes where the id of a term is missing. */
  write(bytes: Buffer, rows: RowBuffer, terms: TermDictionary, unresolved: Map<Term, number[]>): void {
    for (let column = 0; column < columnCount; column++) {
      const rank = this.#ranks[column]!
      if (rank === none) {
        rows.writeNull()
        continue
      }
      if (isCount[column]!) {
        rows.writeInt4(this.#counts[column]!)
        continue
      }
      const value =
        column === genAiOperation
          ? this.operation
          : this.#readValue(bytes, column, translators[column]![rank])
      if (value === undefined || value === '') {
        rows.writeNull()
      } else if (isTerm[column]!) {
        const term = terms.find(value)
        if (term.id === 0) note(unresolved, term, rows.position)
        rows.writeInt4(term.id)
      } else {
        rows.writeText(isFingerprint[column]! ? toKeptFingerprint(value) : value)
      }
    }
  }

  #readValue(bytes: Buffer, column: number, translate: Translate | undefined): string | undefined {
    const sent = readText(bytes, this.#starts[column]!, this.#ends[column]!)
    return translate === undefined ? sent : translate(sent)
  }

  /** @returns false for a word that nobody knows: another dialect's key may say more */
  #takeOperation(bytes: Buffer, start: number, end: number, rank: number): boolean {
    const sent = readText(bytes, start, end)
    const translate = translators[genAiOperation]![rank]
    const operation = translate === undefined ? sent : translate(sent)
    if (operation !== undefined) this.operation = operation
    return operation !== undefined
  }

  #takeUsage(bytes: Buffer): void {
    const counts = readJsonCounts(readText(bytes, this.#starts[jsonUsageAt]!, this.#ends[jsonUsageAt]!))
    for (const [column, key] of usageColumns) {
      const count = counts?.[key]
      if (count === undefined || this.#ranks[column] !== none) continue
      this.#counts[column] = count
      this.#setRank(column, lastRank)
    }
  }

  /** Makes the input tokens include the cached ones, as the conventions have it, where they were told without them. */
  #includeCache(bytes: Buffer, isWithoutCache: boolean): void {
    const readRank = this.#ranks[cacheReadTokens]!
    const cached = this.#countOf(cacheReadTokens) + this.#countOf(cacheWriteTokens)
    if (cached === 0) return
    const input = this.#counts[inputTokens]!
    // More than the whole cannot be a part of it.
    const isLikely = cached > input || (readRank !== none && isCacheBesideInput[readRank] === true)
    if (isWithoutCache || (isLikely && this.#isCountedApart(bytes)))
      this.#counts[inputTokens] = Math.min(input + cached, 0x7fffffff)
  }

  #countOf(column: number): number {
    return this.#ranks[column] === none ? 0 : this.#counts[column]!
  }

  #isCountedApart(bytes: Buffer): boolean {
    if (this.#ranks[provider] === none) return false
    return inputWithoutCache.providers.test(readText(bytes, this.#starts[provider]!, this.#ends[provider]!))
  }

  #takeEntityName(): void {
    const column =
      this.operation === 'execute_tool' ? tool : this.operation === 'invoke_agent' ? agent : undefined
    if (column === undefined || this.#ranks[column] !== none) return
    this.#starts[column] = this.#starts[entityName]!
    this.#ends[column] = this.#ends[entityName]!
    this.#setRank(column, lastRank)
  }

  #setRank(column: number, rank: number): void {
    this.#ranks[column] = rank
    if (column > this.#highest) this.#highest = column
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

function columnOf(name: PromotedColumn): number {
  return promotedAttributes.findIndex((attribute) => attribute.column === name)
}

function asideOf(name: AsideName): number {
  return columnCount + asideAttributes.findIndex((attribute) => attribute.name === name)
}
