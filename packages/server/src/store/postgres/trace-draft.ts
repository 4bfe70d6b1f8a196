import type { Operation } from './operation-dictionary.ts'
import type { SpanFacts } from './span-facts.ts'

/** More than any trace of a person's making has; beyond it filters ask the trace's spans. */
export const maxOperationsPerTrace = 256

/**
 * What one batch adds to a trace's summary. Every field is a minimum, a maximum, a sum or a union, so that batches can
 * come in any order. Times are int64 nanoseconds, clamped to be positive, as (high, low) halves: bigint arithmetic would
 * cost more than the rest of the span.
 */
export class TraceDraft {
  readonly traceId: Uint8Array
  readonly ordinal: number
  /** The least start that a span told; 0 while none did. */
  startHigh = 0
  startLow = 0
  endHigh = 0
  endLow = 0
  spanCount = 0
  errorCount = 0
  runningCount = 0
  /** The newest body that brought a running span. */
  heardBodyId: bigint | undefined
  modelCallCount = 0
  /** undefined while no model call told its own. */
  inputTokens: number | undefined
  outputTokens: number | undefined
  rootProvisional = true
  rootStartHigh = 0
  rootStartLow = 0
  rootSpanHigh = 0
  rootSpanLow = 0
  rootOperation: Operation | undefined
  rootNameText: string | undefined
  readonly operations = new Set<Operation>()
  /** More operations than a summary lists, or names beyond the dictionary. */
  operationsTruncated = false
  firstArrivalDay = '9999-12-31'
  lastArrivalDay = '0001-01-01'
  /** The batch met a span that another copy replaces or repeats: count the trace from its rows. */
  needsRecount = false

  constructor(traceId: Uint8Array, ordinal: number) {
    this.traceId = traceId
    this.ordinal = ordinal
  }

  add(span: SpanFacts, arrivalDay: string, bodyId: bigint): void {
    this.spanCount++
    if (span.isRunning) {
      this.runningCount++
      if (this.heardBodyId === undefined || bodyId > this.heardBodyId) this.heardBodyId = bodyId
    }
    if (span.isModelCall) this.modelCallCount++
    if (span.statusCode === 2) this.errorCount++
    if (isEarlier(span.startHigh, span.startLow, this.startHigh, this.startLow)) {
      this.startHigh = span.startHigh
      this.startLow = span.startLow
    }
    if (isLess(this.endHigh, this.endLow, span.endHigh, span.endLow)) {
      this.endHigh = span.endHigh
      this.endLow = span.endLow
    }
    if (arrivalDay < this.firstArrivalDay) this.firstArrivalDay = arrivalDay
    if (arrivalDay > this.lastArrivalDay) this.lastArrivalDay = arrivalDay
    this.#addOperation(span)
    if (span.countsTokens) this.#addTokens(span.promoted.inputTokens, span.promoted.outputTokens)
    if (this.#isRoot(span)) this.#setRoot(span)
  }

  #addOperation(span: SpanFacts): void {
    if (span.nameText !== undefined) this.operationsTruncated = true
    if (this.operations.size < maxOperationsPerTrace) this.operations.add(span.operation)
    else if (!this.operations.has(span.operation)) this.operationsTruncated = true
  }

  #addTokens(input: number, output: number): void {
    if (input >= 0) this.inputTokens = (this.inputTokens ?? 0) + input
    if (output >= 0) this.outputTokens = (this.outputTokens ?? 0) + output
  }

  /** Whether a span comes before the root known so far: parentless first, then the least (start, span id). */
  #isRoot(span: SpanFacts): boolean {
    if (this.rootOperation === undefined) return true
    if (span.isParentless === this.rootProvisional) return span.isParentless
    if (span.startHigh !== this.rootStartHigh || span.startLow !== this.rootStartLow) {
      return isEarlier(span.startHigh, span.startLow, this.rootStartHigh, this.rootStartLow)
    }
    return isLess(span.spanHigh, span.spanLow, this.rootSpanHigh, this.rootSpanLow)
  }

  #setRoot(span: SpanFacts): void {
    this.rootProvisional = !span.isParentless
    this.rootStartHigh = span.startHigh
    this.rootStartLow = span.startLow
    this.rootSpanHigh = span.spanHigh
    this.rootSpanLow = span.spanLow
    this.rootOperation = span.operation
    this.rootNameText = span.nameText
  }
}

/** Compares int64s given as (int32 or uint32 high, uint32 low). */
function isLess(highA: number, lowA: number, highB: number, lowB: number): boolean {
  return highA !== highB ? highA < highB : lowA < lowB
}

/** Compares starts. 0 is "not told" and comes after all others: one broken client must not move a trace to 1970. */
function isEarlier(highA: number, lowA: number, highB: number, lowB: number): boolean {
  if (highA === 0 && lowA === 0) return false
  return (highB === 0 && lowB === 0) || isLess(highA, lowA, highB, lowB)
}

/** The bigint of (high, low); the high half's sign is the number's. */
export function toBigInt(high: number, low: number): bigint {
  return (BigInt(high | 0) << 32n) | BigInt(low >>> 0)
}
