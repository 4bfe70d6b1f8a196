import type { RowBuffer } from './row-buffer.ts'
import { isTellingCall, readRow, readTokens, tellsAsMuch, type SpanCopy } from './span-copy.ts'
import { markEmbeddings, markLessTold, markTokensCounted } from './span-marks.ts'
import { marksAt, parentAt, spanIdAt } from './span-row.ts'
import type { SpanTable } from './span-table.ts'
import type { StoredSpan } from './stored-span.ts'
import type { TraceDraft } from './trace-draft.ts'

/**
 * The model calls of a batch that tell tokens, and which of them count: of two spans of the same kind of call, one directly
 * inside the other, the inner one. ADR 0007 says why, and why not through other spans in between. Where the inner one tells
 * less than the outer one, the trace is counted anew, which knows what to do then.
 */
export class BatchCalls {
  readonly #rows: RowBuffer
  readonly #rowOf: SpanTable
  readonly #calls: number[] = []
  readonly #traces: TraceDraft[] = []

  /** @param rowOf the rows of the batch by span */
  constructor(rows: RowBuffer, rowOf: SpanTable) {
    this.#rows = rows
    this.#rowOf = rowOf
  }

  clear(): void {
    this.#calls.length = 0
    this.#traces.length = 0
  }

  add(row: number, trace: TraceDraft): void {
    this.#calls.push(row)
    this.#traces.push(trace)
  }

  /** To be called once all spans of the batch are there: decides among them, and adds the tokens to the traces. */
  count(): void {
    for (const [row, trace] of this.#present()) {
      const around = this.#rowOf.find(
        trace.ordinal,
        this.#rows.readInt4(row, parentAt),
        this.#rows.readInt4(row, parentAt + 4),
      )
      if (around < 0 || around === row) continue
      const [outer, inner] = [readRow(this.#rows, around), readRow(this.#rows, row)]
      if (!isSameCall(outer, inner)) continue
      this.#unmark(around)
      if (!tellsAsMuch(inner, outer)) trace.needsRecount = true
    }
    for (const [row, trace] of this.#present()) {
      if ((this.#rows.readInt2(row, marksAt) & markTokensCounted) !== 0)
        trace.addTokens(...readTokens(this.#rows, row))
    }
  }

  /** The span ids of the calls in these traces, and of their parents. */
  idsOf(traces: ReadonlySet<TraceDraft>): { readonly calls: bigint[]; readonly parents: bigint[] } {
    const [calls, parents]: [bigint[], bigint[]] = [[], []]
    for (const [row, trace] of this.#present()) {
      if (!traces.has(trace)) continue
      calls.push(this.#rows.readInt8(row, spanIdAt))
      const parent = this.#rows.readInt8(row, parentAt)
      if (parent !== 0n) parents.push(parent)
    }
    return { calls, parents }
  }

  /**
   * Decides between the batch's calls and these, which are all stored ones around or inside them.
   * @returns stored calls that no longer count
   */
  meetStored(stored: readonly StoredSpan[]): StoredSpan[] {
    // What takes a stored copy's place was decided about within the batch.
    const remaining = stored.filter((call) => this.#find(call.trace, call.spanId) < 0)
    const unmarked = new Set<StoredSpan>()
    const isCounted = (call: StoredSpan): boolean =>
      (call.marks & markTokensCounted) !== 0 && !unmarked.has(call)
    const decide = (row: number, storedCall: StoredSpan, isStoredInside: boolean): void => {
      const own = readRow(this.#rows, row)
      const [outer, inner] = isStoredInside ? [own, storedCall] : [storedCall, own]
      if (!isSameCall(outer, inner)) return
      if ((storedCall.marks & markLessTold) !== 0 || !tellsAsMuch(inner, outer)) {
        storedCall.trace.needsRecount = true
      } else if (isStoredInside && (own.marks & markTokensCounted) !== 0) {
        this.#unmark(row)
        takeOff(storedCall.trace, own, isCounted(storedCall))
      } else if (!isStoredInside && isCounted(storedCall)) {
        unmarked.add(storedCall)
        takeOff(storedCall.trace, storedCall, (own.marks & markTokensCounted) !== 0)
      }
    }
    const bySpan = new Map<TraceDraft, Map<bigint, StoredSpan>>()
    for (const call of remaining) {
      const row = this.#find(call.trace, call.parentSpanId)
      if (row >= 0) decide(row, call, true)
      const ofTrace = bySpan.get(call.trace) ?? new Map<bigint, StoredSpan>()
      bySpan.set(call.trace, ofTrace.set(call.spanId, call))
    }
    for (const [row, trace] of this.#present()) {
      const outer = bySpan.get(trace)?.get(this.#rows.readInt8(row, parentAt))
      if (outer !== undefined) decide(row, outer, false)
    }
    return [...unmarked]
  }

  *#present(): Generator<[row: number, trace: TraceDraft]> {
    for (const [index, row] of this.#calls.entries()) {
      if (!this.#rows.isDropped(row)) yield [row, this.#traces[index]!]
    }
  }

  /** @returns the row of a span that the batch brings, or -1 */
  #find(trace: TraceDraft, spanId: bigint): number {
    const row = this.#rowOf.find(trace.ordinal, Number(spanId >> 32n), Number(BigInt.asIntN(32, spanId)))
    return row >= 0 && !this.#rows.isDropped(row) ? row : -1
  }

  #unmark(row: number): void {
    this.#rows.patchInt2(row, marksAt, this.#rows.readInt2(row, marksAt) & ~markTokensCounted)
  }
}

type Call = Pick<SpanCopy, 'marks' | 'inputTokens' | 'outputTokens'>

/** Both tell the tokens of a call, and of the same kind of call. */
function isSameCall(outer: Call, inner: Call): boolean {
  return isTellingCall(outer) && isTellingCall(inner) && ((outer.marks ^ inner.marks) & markEmbeddings) === 0
}

/** The outer call was added to the trace's tokens, and is not to be. */
function takeOff(trace: TraceDraft, outer: Call, isInnerCounted: boolean): void {
  // Else the sum could be left without anything it is a sum of, which is unknown and not 0.
  if (isInnerCounted) trace.addSurplusTokens(outer)
  else trace.needsRecount = true
}
