import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { ReadOptions, TraceStore } from '../store/trace-store.ts'
import type { Cost } from './contract.ts'
import { costNotLookedAt, maxCallsPriced, priceTrace, type PricedTrace } from './price-trace.ts'
import { readWithin } from './read-within.ts'

/** Calls that are priced for one page of traces: a fifth of a second of the thread that takes payloads too. */
const maxCallsPerPage = 10_000

// Rows of these many traces are held at once, at most a thousand calls each.
const tracesAtOnce = 20

// The list of traces is worth more than what they cost: beyond this it comes without.
const limitMs = 2000

/** What one trace cost; as not looked at where its calls could not be read in time. */
export async function priceOneTrace(
  store: TraceStore,
  traceId: string,
  options: ReadOptions,
): Promise<PricedTrace> {
  const calls = await readWithin(limitMs, options, (within) =>
    store.listModelCalls([traceId], { limit: maxCallsPriced + 1 }, within),
  )
  return calls === undefined ? { cost: costNotLookedAt, usage: [] } : priceTrace(calls.get(traceId) ?? [])
}

/**
 * What the model calls of each trace cost. When the page has had its share of calls or of time, the traces that are left
 * are told as not looked at.
 * @returns nothing of traces without model calls
 */
export async function priceTraces(
  store: TraceStore,
  traceIds: readonly string[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, Cost>> {
  const costs = new Map<string, Cost>()
  const finished = await readWithin(limitMs, options, async (within) => {
    await priceInTurns(store, traceIds, costs, within)
    return true
  })
  if (finished === true) return costs
  return new Map(traceIds.map((traceId) => [traceId, costs.get(traceId) ?? costNotLookedAt]))
}

async function priceInTurns(
  store: TraceStore,
  traceIds: readonly string[],
  costs: Map<string, Cost>,
  options: ReadOptions,
): Promise<void> {
  let priced = 0
  for (let next = 0; next < traceIds.length; next += tracesAtOnce) {
    const ids = traceIds.slice(next, next + tracesAtOnce)
    // Of those that are left it is only asked whether they have any.
    const limit = priced < maxCallsPerPage ? maxCallsPriced + 1 : 1
    for (const [traceId, calls] of await store.listModelCalls(ids, { limit }, options)) {
      if (priced >= maxCallsPerPage) {
        costs.set(traceId, costNotLookedAt)
        continue
      }
      priced += calls.length
      const { cost } = priceTrace(calls)
      if (cost !== null) costs.set(traceId, cost)
      await yieldToOthers()
      options.signal?.throwIfAborted()
    }
  }
}
