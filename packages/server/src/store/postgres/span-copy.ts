import type { RowBuffer } from './row-buffer.ts'
import {
  bodyAt,
  durationAt,
  inputTokensAt,
  marksAt,
  operationAt,
  parentAt,
  spanIndexAt,
  startAt,
  statusAt,
} from './span-row.ts'
import {
  callMarks,
  markEmbeddings,
  markLessTold,
  markNameText,
  markRunning,
  markTokensCounted,
} from './span-marks.ts'

/** What a summary is made of, of one copy of a span: a row that is stored, or one that is about to be. */
export interface SpanCopy {
  readonly parentSpanId: bigint
  readonly startUnixNano: bigint
  readonly durationNano: bigint
  readonly bodyId: bigint
  readonly spanIndex: number
  readonly operationId: number
  readonly statusCode: number
  readonly marks: number
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
}

/** A row that was written to the buffer. Its operation is 0 until the dictionary has it. */
export function readRow(rows: RowBuffer, row: number): SpanCopy {
  const [inputTokens, outputTokens] = readTokens(rows, row)
  return {
    parentSpanId: rows.readInt8(row, parentAt),
    startUnixNano: rows.readInt8(row, startAt),
    durationNano: rows.readInt8(row, durationAt),
    bodyId: rows.readInt8(row, bodyAt),
    spanIndex: rows.readInt4(row, spanIndexAt),
    operationId: rows.readInt4(row, operationAt),
    statusCode: rows.readInt2(row, statusAt),
    marks: rows.readInt2(row, marksAt),
    inputTokens,
    outputTokens,
  }
}

/** [input, output] */
export function readTokens(rows: RowBuffer, row: number): [number | undefined, number | undefined] {
  const input = readCount(rows, row, inputTokensAt)
  return [input, readCount(rows, row, inputTokensAt + (input === undefined ? 4 : 8))]
}

/** A count is null, of length -1, or an int4. */
function readCount(rows: RowBuffer, row: number, at: number): number | undefined {
  return rows.readInt4(row, at - 4) < 0 ? undefined : rows.readInt4(row, at)
}

/**
 * Of two copies of a span, whether `later` takes the place of `earlier`: a finished one that of a running one, and of two
 * running ones the last to arrive, whichever is written first.
 */
export function replaces(later: SpanCopy, earlier: SpanCopy): boolean {
  if ((earlier.marks & markRunning) === 0) return false
  if ((later.marks & markRunning) === 0) return true
  return later.bodyId === earlier.bodyId ? later.spanIndex > earlier.spanIndex : later.bodyId > earlier.bodyId
}

/**
 * Whether a summary that counted both copies tells the truth again when what `leaving` added is subtracted: where their
 * union, minimum and maximum are those of `staying` alone, and the sums stay sums of something.
 */
export function canSubtract(leaving: SpanCopy, staying: SpanCopy): boolean {
  return (
    leaving.parentSpanId === staying.parentSpanId &&
    leaving.startUnixNano === staying.startUnixNano &&
    leaving.operationId === staying.operationId &&
    ((leaving.marks | staying.marks) & markNameText) === 0 &&
    positive(leaving.durationNano) <= positive(staying.durationNano) &&
    (!isTellingCall(leaving) || tellsAll(staying, leaving))
  )
}

/** It is told as a call of the same kind, which counts alike and tells no less. */
function tellsAll(copy: SpanCopy, other: SpanCopy): boolean {
  const alike = markTokensCounted | markLessTold | markEmbeddings
  return isTellingCall(copy) && ((copy.marks ^ other.marks) & alike) === 0 && tellsAsMuch(copy, other)
}

type Tokens = Pick<SpanCopy, 'inputTokens' | 'outputTokens'>

/** Whether one tells every number that the other tells. */
export function tellsAsMuch(one: Tokens, other: Tokens): boolean {
  return (
    (other.inputTokens === undefined || one.inputTokens !== undefined) &&
    (other.outputTokens === undefined || one.outputTokens !== undefined)
  )
}

/** A call of a model that tells tokens, whether they are counted or those of a call inside or around it. */
export function isTellingCall(copy: Tokens & Pick<SpanCopy, 'marks'>): boolean {
  return (copy.marks & callMarks) !== 0 && (copy.inputTokens !== undefined || copy.outputTokens !== undefined)
}

function positive(duration: bigint): bigint {
  return duration > 0n ? duration : 0n
}
