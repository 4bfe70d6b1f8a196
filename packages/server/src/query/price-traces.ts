import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { ReadOptions, TraceStore } from '../store/trace-store.ts'
import type { Cost } from './contract.ts'
import { costNotLookedAt, maxCallsPriced, priceTrace } from './price-trace.ts'

/** Calls that are priced for one page of traces: a fifth of a second of the thread that takes payloads too. */
export const maxCallsPerPage = 10_000

// Rows of these many traces are held at once, at most a thousand calls each.
const tracesAtOnce = 20

/**
 * What the model calls of each trace cost. When the page has had its share of calls, the traces that are left are told as
 * not looked at.
 * @returns nothing of traces without model calls
 */
export async function priceTraces(
  store: TraceStore,
  traceIds: readonly string[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, Cost>> {
  const costs = new Map<string, Cost>()
  let priced = 0
  let next = 0
  for (; next < traceIds.length && priced < maxCallsPerPage; next += tracesAtOnce) {
    const ids = traceIds.slice(next, next + tracesAtOnce)
    for (const [traceId, calls] of await store.listModelCalls(ids, { limit: maxCallsPriced + 1 }, options)) {
      if (priced >= maxCallsPerPage) {
        costs.set(traceId, costNotLookedAt)
        continue
      }
      priced += calls.length
      const { cost } = priceTrace(calls)
      if (cost !== null) costs.set(traceId, cost)
      await yieldToOthers()
    }
  }
  const left = traceIds.slice(next)
  if (left.length === 0) return costs
  for (const traceId of (await store.listModelCalls(left, { limit: 1 }, options)).keys()) {
    costs.set(traceId, costNotLookedAt)
  }
  return costs
}
