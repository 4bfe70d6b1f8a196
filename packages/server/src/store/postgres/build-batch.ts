/**
 * From the bytes of payloads to COPY rows and trace summaries, in one walk over the spans and without an object a span.
 * Within the batch a span counts once, and so does a call of a model.
 */
import { SpanWalker } from '../../otlp/span-walker.ts'
import { type BodyToWrite, PermanentFailure, type WriteOutcome } from '../trace-store.ts'
import type { Operation, OperationDictionary, ServiceOperations } from './operation-dictionary.ts'
import { BatchCalls } from './batch-calls.ts'
import { RowBuffer } from './row-buffer.ts'
import { canSubtract, readRow, replaces, type SpanCopy } from './span-copy.ts'
import { SpanFacts } from './span-facts.ts'
import { BodyPlace, type Unresolved, writeSpanRow } from './span-row.ts'
import { SpanTable } from './span-table.ts'
import type { TermDictionary } from './term-dictionary.ts'
import { TraceDraft } from './trace-draft.ts'

/** Longer service names are cut in the index, whose entries are bounded; the body has the whole. */
export const maxServiceNameChars = 256

/** What a row's span is counted under. */
interface Counted {
  readonly body: number
  readonly payload: number
  readonly trace: TraceDraft
  readonly operation: Operation
}

interface BodyCount {
  stored: number
  duplicate: number
  replaced: number
  readonly storedByPayload: number[]
}

export class BatchBuilder {
  readonly rows = new RowBuffer()
  readonly traces: TraceDraft[] = []
  readonly unresolved: Unresolved = { operations: new Map(), terms: new Map() }
  readonly #rowOf = new SpanTable()
  /** Model calls that tell tokens. */
  readonly calls = new BatchCalls(this.rows, this.#rowOf)
  readonly #traceByKey = new Map<string, TraceDraft>()
  readonly #operations: OperationDictionary
  readonly #terms: TermDictionary
  readonly #walker = new SpanWalker()
  readonly #facts = new SpanFacts()
  #counts: BodyCount[] = []
  #counted: Counted[] = []

  constructor(operations: OperationDictionary, terms: TermDictionary) {
    this.#operations = operations
    this.#terms = terms
  }

  /** Makes the batch of these bodies, in place of the one before. */
  build(bodies: readonly BodyToWrite[]): void {
    this.rows.clear()
    this.traces.length = 0
    this.unresolved.operations.clear()
    this.unresolved.terms.clear()
    this.#rowOf.clear()
    this.calls.clear()
    this.#traceByKey.clear()
    this.#counts = []
    this.#counted = []
    for (const body of bodies) this.#addBody(body)
    this.calls.count()
  }

  /** One a body: what became of its spans, as far as the batch knows by now. */
  outcomes(): WriteOutcome[] {
    return this.#counts.map((count) => ({
      stored: count.stored,
      duplicate: count.duplicate,
      replaced: count.replaced,
      duplicatePayloads: count.storedByPayload.filter((stored) => stored === 0).length,
    }))
  }

  /** Puts the ids in place that were not known when the rows were written. */
  patchIds(): void {
    for (const places of [this.unresolved.operations, this.unresolved.terms]) {
      for (const [entry, positions] of places) {
        for (const position of positions) this.rows.patchInt4(position, entry.id)
      }
    }
  }

  /**
   * Decides between a span of the batch and a copy that was stored before.
   * @returns whether the stored copy has to go
   */
  meetStored(trace: TraceDraft, spanHigh: number, spanLow: number, stored: SpanCopy): boolean {
    const row = this.#rowOf.find(trace.ordinal, spanHigh, spanLow)
    if (row < 0) return false
    const own = readRow(this.rows, row)
    const isReplaced = replaces(own, stored)
    const [leaving, staying] = isReplaced ? [stored, own] : [own, stored]
    if (canSubtract(leaving, staying)) trace.addSurplus(leaving)
    else trace.needsRecount = true
    if (isReplaced) this.#counts[this.#counted[row]!.body]!.replaced++
    else this.#dropDuplicate(row)
    return isReplaced
  }

  /** Span ids, as bigints, of the traces for which `isWanted`. */
  *spanIds(isWanted: (trace: TraceDraft) => boolean): Generator<bigint> {
    for (const [row, counted] of this.#counted.entries()) {
      // A row left out is another row's copy, and the table does not know it.
      if (!this.rows.isDropped(row) && isWanted(counted.trace)) yield this.#rowOf.spanId(row)
    }
  }

  #addBody(body: BodyToWrite): void {
    const count: BodyCount = {
      stored: 0,
      duplicate: 0,
      replaced: 0,
      storedByPayload: body.payloadSpanEnds.map(() => 0),
    }
    const bodyIndex = this.#counts.push(count) - 1
    const bytes = Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.byteLength)
    const place = new BodyPlace(body.bodyId, body.arrivalDay, body.firstSpanIndex)
    const walker = this.#walker
    const facts = this.#facts
    let resourceIndex = -1
    let service: ServiceOperations | undefined
    let trace: TraceDraft | undefined
    let payload = 0
    walker.reset(bytes)
    while (walker.next()) {
      if (service === undefined || walker.resourceIndex !== resourceIndex) {
        resourceIndex = walker.resourceIndex
        service = this.#operations.service(cutServiceName(walker.serviceName))
      }
      while (walker.spanIndex >= body.payloadSpanEnds[payload]!) payload++
      facts.read(bytes, walker, service)
      trace = this.#findTrace(bytes, walker.traceIdAt, trace)
      trace.add(facts, body.arrivalDay, body.bodyId)
      const row = this.rows.rowCount
      writeSpanRow(this.rows, bytes, walker, facts, place, this.#terms, this.unresolved)
      this.#counted.push({ body: bodyIndex, payload, trace, operation: facts.operation })
      if (facts.tellsTokens) this.calls.add(row, trace)
      count.stored++
      count.storedByPayload[payload]!++
      this.#countOnce(row, trace, facts, count)
    }
    const promised = body.payloadSpanEnds.at(-1) ?? 0
    const found = walker.spanIndex + 1
    if (found !== promised) {
      throw new PermanentFailure(
        'span_count',
        `body ${body.bodyId} has ${found} spans instead of ${promised}`,
      )
    }
  }

  /** Keeps, of two copies of a span in this batch, the first finished one, or else the last running one. */
  #countOnce(row: number, trace: TraceDraft, facts: SpanFacts, count: BodyCount): void {
    const earlier = this.#rowOf.find(trace.ordinal, facts.spanHigh, facts.spanLow)
    if (earlier < 0) {
      this.#rowOf.set(trace.ordinal, facts.spanHigh, facts.spanLow, row)
      return
    }
    const [first, second] = [readRow(this.rows, earlier), readRow(this.rows, row)]
    const isReplaced = replaces(second, first)
    const [leaving, staying] = isReplaced ? [first, second] : [second, first]
    // Operations that are new have no ids yet to be told apart by.
    const isSameOperation = this.#counted[earlier]!.operation === facts.operation
    if (isSameOperation && canSubtract(leaving, staying)) trace.takeBack(leaving)
    else trace.needsRecount = true
    if (isReplaced) {
      this.rows.drop(earlier)
      count.replaced++
      this.#rowOf.set(trace.ordinal, facts.spanHigh, facts.spanLow, row)
    } else {
      this.#dropDuplicate(row)
    }
  }

  #dropDuplicate(row: number): void {
    this.rows.drop(row)
    const counted = this.#counted[row]!
    const count = this.#counts[counted.body]!
    count.stored--
    count.duplicate++
    count.storedByPayload[counted.payload]!--
  }

  #findTrace(bytes: Buffer, at: number, last: TraceDraft | undefined): TraceDraft {
    // Spans of a trace travel side by side: most are in the trace of the one before.
    if (last !== undefined && isTraceId(last.traceId, bytes, at)) return last
    const key = bytes.toString('latin1', at, at + 16)
    const known = this.#traceByKey.get(key)
    if (known !== undefined) return known
    const trace = new TraceDraft(Uint8Array.prototype.slice.call(bytes, at, at + 16), this.traces.length)
    this.traces.push(trace)
    this.#traceByKey.set(key, trace)
    return trace
  }
}

function isTraceId(traceId: Uint8Array, bytes: Buffer, at: number): boolean {
  for (let i = 15; i >= 0; i--) if (traceId[i] !== bytes[at + i]) return false
  return true
}

/** Copied where it is cut: V8's slices keep the whole string alive, and the dictionary keeps the name. */
function cutServiceName(name: string): string {
  if (name.length <= maxServiceNameChars) return name
  return Buffer.from(name.slice(0, maxServiceNameChars), 'utf16le').toString('utf16le').toWellFormed()
}
