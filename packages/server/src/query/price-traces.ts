import type { ReadOptions, TraceStore } from '../store/trace-store.ts'
import type { TraceSummary } from '../trace/trace-summary.ts'
import type { Cost } from './contract.ts'
import { costNotLookedAt, maxCallsPriced, priceTrace, type PricedTrace } from './price-trace.ts'
import { readWithin } from './read-within.ts'

/** What is known before any call is read. */
export type TraceToPrice = Pick<TraceSummary, 'traceId' | 'modelCallCount' | 'inputTokens' | 'outputTokens'>

export interface PricingOptions extends ReadOptions {
  /** What was asked is worth more than what it cost: beyond this it comes without. */
  readonly limitMs: number
}

/** Calls that are read and priced for one page of traces: a second, at about 40 µs a call. */
const maxCallsPerPage = 25_000

/** A trace may have spans that tell of a call another one tells of; with more than these it is not even read. */
const maxCallsRead = 2 * maxCallsPriced

/** What one trace cost; as not looked at where there are too many calls, or they could not be read in time. */
export async function priceOneTrace(
  store: TraceStore,
  trace: TraceToPrice,
  options: PricingOptions,
): Promise<PricedTrace> {
  if (!mayHaveCalls(trace)) return { cost: null, usage: [] }
  if (trace.modelCallCount > maxCallsRead) return { cost: costNotLookedAt, usage: [] }
  const priced = await readWithin(options.limitMs, options, async (within) => {
    const calls = await store.listModelCalls([trace.traceId], { limit: maxCallsPriced + 1 }, within)
    return priceTrace(calls.get(trace.traceId) ?? [], within.signal)
  })
  return priced ?? { cost: costNotLookedAt, usage: [] }
}

/**
 * What the model calls of each trace cost. Small traces come first: when the page has had its share of calls or of time,
 * those that are left are told as not looked at.
 * @returns nothing of traces without model calls
 */
export async function priceTraces(
  store: TraceStore,
  traces: readonly TraceToPrice[],
  options: PricingOptions,
): Promise<ReadonlyMap<string, Cost>> {
  const costs = new Map<string, Cost>()
  const left = traces.filter(mayHaveCalls).sort((a, b) => a.modelCallCount - b.modelCallCount)
  for (const { traceId } of left) costs.set(traceId, costNotLookedAt)
  await readWithin(options.limitMs, options, async (within) => {
    for (const batch of takeBatches(left)) await priceBatch(store, batch, costs, within)
  })
  return costs
}

async function priceBatch(
  store: TraceStore,
  traceIds: readonly string[],
  costs: Map<string, Cost>,
  options: ReadOptions,
): Promise<void> {
  const calls = await store.listModelCalls(traceIds, { limit: maxCallsPriced + 1 }, options)
  for (const traceId of traceIds) {
    const { cost } = await priceTrace(calls.get(traceId) ?? [], options.signal)
    if (cost === null) costs.delete(traceId)
    else costs.set(traceId, cost)
  }
}

/** As many of them as a page may cost; one statement's worth of calls at a time. */
function* takeBatches(traces: readonly TraceToPrice[]): Generator<readonly string[]> {
  let batch: string[] = []
  let callsInBatch = 0
  let callsInAll = 0
  for (const { traceId, modelCallCount } of traces) {
    if (modelCallCount > maxCallsRead || callsInAll + modelCallCount > maxCallsPerPage) break
    callsInAll += modelCallCount
    callsInBatch += modelCallCount
    batch.push(traceId)
    if (callsInBatch < maxCallsPriced) continue
    yield batch
    batch = []
    callsInBatch = 0
  }
  if (batch.length > 0) yield batch
}

// What was written before calls were counted has tokens, if it has any call worth a price.
function mayHaveCalls({ modelCallCount, inputTokens, outputTokens }: TraceToPrice): boolean {
  return modelCallCount > 0 || inputTokens !== undefined || outputTokens !== undefined
}
