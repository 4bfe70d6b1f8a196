import { notACall } from './call-kind.ts'
import type { Operation } from './operation-dictionary.ts'
import type { SpanCopy } from './span-copy.ts'
import { markModelCall, markRunning, markTokensCounted } from './span-marks.ts'
import type { SpanFacts } from './span-facts.ts'

/** More than any trace of a person's making has; beyond it filters ask the trace's spans. */
export const maxOperationsPerTrace = 256

export interface Surplus {
  spanCount: number
  errorCount: number
  runningCount: number
  modelCallCount: number
  inputTokens: number
  outputTokens: number
}

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
  /** The newest body that brought a span. */
  heardBodyId = 0n
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
  /** What the summary, with this draft merged in, counts too much: copies that another copy repeats or replaces. */
  readonly surplus: Surplus = {
    spanCount: 0,
    errorCount: 0,
    runningCount: 0,
    modelCallCount: 0,
    inputTokens: 0,
    outputTokens: 0,
  }
  /** The batch met copies that cannot be put right by subtracting: count the trace from its rows. */
  needsRecount = false

  constructor(traceId: Uint8Array, ordinal: number) {
    this.traceId = traceId
    this.ordinal = ordinal
  }

  add(span: SpanFacts, arrivalDay: string, bodyId: bigint): void {
    this.spanCount++
    if (span.isRunning) this.runningCount++
    // A maximum over all copies, also those that another one repeats: so it is the same in any order of arrival.
    if (bodyId > this.heardBodyId) this.heardBodyId = bodyId
    if (span.callKind !== notACall) this.modelCallCount++
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
    if (this.#isRoot(span)) this.#setRoot(span)
  }

  #addOperation(span: SpanFacts): void {
    if (span.nameText !== undefined) this.operationsTruncated = true
    if (this.operations.size < maxOperationsPerTrace) this.operations.add(span.operation)
    else if (!this.operations.has(span.operation)) this.operationsTruncated = true
  }

  /** Of a call that counts, which is known when all spans of the batch are. */
  addTokens(input: number | undefined, output: number | undefined): void {
    if (input !== undefined) this.inputTokens = (this.inputTokens ?? 0) + input
    if (output !== undefined) this.outputTokens = (this.outputTokens ?? 0) + output
  }

  /** Takes back what a copy of a span in this batch added, before its tokens were. */
  takeBack(copy: SpanCopy): void {
    this.spanCount--
    if (copy.statusCode === 2) this.errorCount--
    if ((copy.marks & markRunning) !== 0) this.runningCount--
    if ((copy.marks & markModelCall) !== 0) this.modelCallCount--
  }

  /** Notes that the summary counts this copy, and should not. */
  addSurplus(copy: SpanCopy): void {
    const { surplus } = this
    surplus.spanCount++
    if (copy.statusCode === 2) surplus.errorCount++
    if ((copy.marks & markRunning) !== 0) surplus.runningCount++
    if ((copy.marks & markModelCall) !== 0) surplus.modelCallCount++
    if ((copy.marks & markTokensCounted) !== 0) this.addSurplusTokens(copy)
  }

  /** Notes that the summary counts the tokens of this copy, which are those of a call inside it. */
  addSurplusTokens(copy: Pick<SpanCopy, 'inputTokens' | 'outputTokens'>): void {
    this.surplus.inputTokens += copy.inputTokens ?? 0
    this.surplus.outputTokens += copy.outputTokens ?? 0
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
