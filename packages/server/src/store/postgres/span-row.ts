import type { SpanWalker } from '../../otlp/span-walker.ts'
import { embeddingsCall, notACall } from './call-kind.ts'
import { markEmbeddings, markModelCall, markNameText, markRunning, markTokensCounted } from './span-marks.ts'
import { note } from './note.ts'
import { maxPromotedRowBytes } from './promoted-values.ts'
import { promotedAttributes } from './promoted-attributes.ts'
import type { RowBuffer } from './row-buffer.ts'
import { maxNameTextBytes, type SpanFacts } from './span-facts.ts'
import type { Term, TermDictionary } from './term-dictionary.ts'
import type { Operation } from './operation-dictionary.ts'

/** The columns of otel.span_row in the order in which writeSpanRow writes them. */
export const spanColumns: readonly string[] = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'start_unix_nano',
  'duration_nano',
  'body_id',
  'arrival_day',
  'span_index',
  'operation_id',
  'status_code',
  'marks',
  ...promotedAttributes.map((attribute) => attribute.column),
  'name_text',
]

const maxRowBytes = 2 + 11 * 12 + 16 + maxPromotedRowBytes + 4 + 3 * maxNameTextBytes

// Where in such a row the values begin: behind the count of its fields, each has a length of 4 bytes.
export const spanIdAt = 26
export const parentAt = 38
export const startAt = 50
export const durationAt = 62
export const bodyAt = 74
export const spanIndexAt = 94
export const operationAt = 102
export const statusAt = 110
export const marksAt = 116
export const inputTokensAt = 122

/** Where a body's rows point. */
export class BodyPlace {
  readonly #high: number
  readonly #low: number
  readonly #day: number
  readonly firstSpanIndex: number

  constructor(bodyId: bigint, arrivalDay: string, firstSpanIndex: number) {
    this.#high = Number(bodyId >> 32n)
    this.#low = Number(bodyId & 0xffffffffn)
    this.#day = Date.parse(arrivalDay) / 86_400_000 - 10_957 // a binary date counts days since 2000-01-01
    this.firstSpanIndex = firstSpanIndex
  }

  write(rows: RowBuffer, spanIndex: number): void {
    rows.writeInt8(this.#high, this.#low)
    rows.writeInt4(this.#day)
    rows.writeInt4(this.firstSpanIndex + spanIndex)
  }
}

/** The places in the rows where an id is missing, to be patched once the dictionaries have it. */
export interface Unresolved {
  readonly operations: Map<Operation, number[]>
  readonly terms: Map<Term, number[]>
}

/** Writes the row of the walker's current span. */
export function writeSpanRow(
  rows: RowBuffer,
  bytes: Buffer,
  walker: SpanWalker,
  facts: SpanFacts,
  place: BodyPlace,
  terms: TermDictionary,
  unresolved: Unresolved,
): void {
  rows.beginRow(spanColumns.length, maxRowBytes)
  rows.writeBytes(bytes, walker.traceIdAt, 16)
  rows.writeBytes(bytes, walker.spanIdAt, 8)
  if (facts.isParentless) rows.writeInt8(0, 0)
  else rows.writeBytes(bytes, walker.parentSpanIdAt, 8)
  rows.writeInt8(facts.startHigh, facts.startLow)
  rows.writeInt8(facts.durationHigh, facts.durationLow)
  place.write(rows, walker.spanIndex)
  if (facts.operation.id === 0) note(unresolved.operations, facts.operation, rows.position)
  rows.writeInt4(facts.operation.id)
  rows.writeInt2(facts.statusCode)
  rows.writeInt2(
    (facts.isRunning ? markRunning : 0) |
      (facts.nameText === undefined ? 0 : markNameText) |
      (facts.tellsTokens ? markTokensCounted : 0) |
      (facts.callKind === notACall ? 0 : markModelCall) |
      (facts.callKind === embeddingsCall ? markEmbeddings : 0),
  )
  facts.promoted.write(bytes, rows, terms, unresolved.terms)
  if (facts.nameText === undefined) rows.writeNull()
  else rows.writeText(facts.nameText)
}
