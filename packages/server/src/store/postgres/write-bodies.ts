/**
 * Writes bodies into the index, in the coordinator's transaction: build the rows, merge the trace summaries (which locks the
 * traces), look for copies stored before, COPY, correct the summaries where copies were met. The order is what makes a span
 * count once under concurrent writers; ADR 0003 has the argument.
 */
import type pg from 'pg'
import type { BodyToWrite, WriteOutcome } from '../trace-store.ts'
import { BatchBuilder } from './build-batch.ts'
import { copySpans } from './copy-spans.ts'
import { deleteReplaced, findStoredCopies, type StoredCopy } from './find-stored-copies.ts'
import { OperationDictionary } from './operation-dictionary.ts'
import { findStoredCalls, unmarkCalls } from './find-stored-calls.ts'
import { recountTraces } from './recount-traces.ts'
import { hasSurplus, subtractSurplus } from './subtract-surplus.ts'
import { TermDictionary } from './term-dictionary.ts'
import { type KnownTrace, upsertTraces } from './upsert-traces.ts'

export class BodyWriter {
  readonly #operations: OperationDictionary
  readonly #terms: TermDictionary
  /** Builders, with their buffers, that no write is using. */
  readonly #idle: BatchBuilder[] = []

  /** @param pool for the dictionaries, whose ids are committed apart from the transaction that uses them */
  constructor(pool: pg.Pool) {
    this.#operations = new OperationDictionary(pool)
    this.#terms = new TermDictionary(pool)
  }

  async write(transaction: pg.ClientBase, bodies: readonly BodyToWrite[]): Promise<readonly WriteOutcome[]> {
    const batch = this.#idle.pop() ?? new BatchBuilder(this.#operations, this.#terms)
    try {
      this.#operations.trim()
      await this.#build(batch, bodies)
      if (batch.traces.length > 0) await writeBatch(transaction, batch)
      return batch.outcomes()
    } finally {
      this.#idle.push(batch)
    }
  }

  async #build(batch: BatchBuilder, bodies: readonly BodyToWrite[]): Promise<void> {
    batch.build(bodies)
    const operations = [...batch.unresolved.operations.keys()]
    // Names beyond a dictionary's bound stand in the rows themselves, which then have to be built again.
    if (operations.length > 0 && (await this.#operations.resolve(operations))) {
      return await this.#build(batch, bodies)
    }
    const terms = [...batch.unresolved.terms.keys()]
    if (terms.length > 0) await this.#terms.resolve(terms)
    batch.patchIds()
  }
}

async function writeBatch(transaction: pg.ClientBase, batch: BatchBuilder): Promise<void> {
  const known = await upsertTraces(transaction, batch.traces)
  const firstArrivalDay = [...known, ...batch.traces].reduce(
    (first, trace) => (trace.firstArrivalDay < first ? trace.firstArrivalDay : first),
    '9999-12-31',
  )
  if (known.length > 0) await meetStored(transaction, batch, known, firstArrivalDay)
  await copySpans(transaction, batch.rows)
  const toRecount = batch.traces.filter((trace) => trace.needsRecount)
  if (toRecount.length > 0) await recountTraces(transaction, toRecount, firstArrivalDay)
  const toCorrect = batch.traces.filter((trace) => !trace.needsRecount && hasSurplus(trace))
  if (toCorrect.length > 0) await subtractSurplus(transaction, toCorrect)
}

/** Decides between the batch and what is stored of the same traces: copies of its spans first, then calls around or inside. */
async function meetStored(
  transaction: pg.ClientBase,
  batch: BatchBuilder,
  known: readonly KnownTrace[],
  firstArrivalDay: string,
): Promise<void> {
  const replaced: StoredCopy[] = []
  for await (const copies of findStoredCopies(transaction, batch, known, firstArrivalDay)) {
    for (const copy of copies) {
      const [high, low] = [Number(copy.spanId >> 32n), Number(copy.spanId & 0xffffffffn)]
      if (batch.meetStored(copy.trace, high, low, copy)) replaced.push(copy)
    }
  }
  if (replaced.length > 0) await deleteReplaced(transaction, replaced)
  // A recount decides about calls by itself.
  const withCalls = known.filter(({ trace, hadCalls }) => hadCalls && !trace.needsRecount)
  if (withCalls.length === 0) return
  const traces = new Set(withCalls.map(({ trace }) => trace))
  const stored = await findStoredCalls(transaction, batch.calls, traces, firstArrivalDay)
  const unmarked = batch.calls.meetStored(stored)
  if (unmarked.length > 0) await unmarkCalls(transaction, unmarked)
}
