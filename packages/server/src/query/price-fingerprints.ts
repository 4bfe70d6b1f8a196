import type { AskedPeriods, AskedTrace, RankedFingerprint } from '../store/fingerprint-ranking.ts'
import type { ReadOptions, TraceStore } from '../store/trace-store.ts'
import type { Cost } from './contract.ts'
import { costNotLookedAt, roundUsd } from './price-trace.ts'
import { maxCallsPerPage, priceTraces } from './price-traces.ts'
import { readWithin } from './read-within.ts'

/** What the traces with one fingerprint cost; null: no model calls. */
export interface FingerprintCosts {
  readonly current: Cost | null
  readonly previous: Cost | null
}

// As for a page of traces: what was asked is worth more than what it cost.
const limitMs = 2000

/**
 * What the traces of each fingerprint cost, in both periods. Those with few model calls come first: when the page has had its
 * share of calls or of time, those that are left are told as not looked at. A sum of a part would pass for the whole.
 */
export async function priceFingerprints(
  store: TraceStore,
  periods: AskedPeriods,
  items: readonly RankedFingerprint[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, FingerprintCosts>> {
  const affordable = new Set(pickAffordable(items))
  const traces = await readWithin(limitMs, options, (within) =>
    store.listAskedTraces(periods, [...affordable], within),
  )
  const costs = await priceTraces(store, distinct(traces ?? []), options)
  const byFingerprint = Map.groupBy(traces ?? [], (trace) => trace.fingerprint)
  const notLookedAt = (calls: number): Cost | null => (calls > 0 ? costNotLookedAt : null)
  return new Map(
    items.map(({ fingerprint, current, previous }): [string, FingerprintCosts] => {
      if (traces === undefined || !affordable.has(fingerprint)) {
        const before = previous === undefined ? 0 : callsOf(previous)
        return [fingerprint, { current: notLookedAt(callsOf(current)), previous: notLookedAt(before) }]
      }
      const asked = byFingerprint.get(fingerprint) ?? []
      const sumOf = (isCurrent: boolean): Cost | null =>
        addCosts(
          asked
            .filter((trace) => trace.startUnixNano >= periods.fromUnixNano === isCurrent)
            .map((trace) => costs.get(trace.traceId))
            .filter((cost) => cost !== undefined),
        )
      return [fingerprint, { current: sumOf(true), previous: sumOf(false) }]
    }),
  )
}

function pickAffordable(items: readonly RankedFingerprint[]): string[] {
  const byCalls = items
    .map(({ fingerprint, current, previous }) => ({
      fingerprint,
      calls: callsOf(current) + (previous === undefined ? 0 : callsOf(previous)),
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => a.calls - b.calls)
  let left = maxCallsPerPage
  return byCalls.filter(({ calls }) => (left -= calls) >= 0).map(({ fingerprint }) => fingerprint)
}

/** What was written before calls were counted has tokens, if it has any call: then one a trace, at least. */
function callsOf({
  modelCallCount,
  traceCount,
  inputTokens,
  outputTokens,
}: RankedFingerprint['current']): number {
  if (modelCallCount > 0) return modelCallCount
  return inputTokens === undefined && outputTokens === undefined ? 0 : traceCount
}

/** A trace has several fingerprints where it asked several questions. */
function distinct(traces: readonly AskedTrace[]): readonly AskedTrace[] {
  return [...new Map(traces.map((trace) => [trace.traceId, trace])).values()]
}

function addCosts(costs: readonly Cost[]): Cost | null {
  if (costs.length === 0) return null
  const sum = { ...costNotLookedAt, truncated: false }
  let usd: number | null = null
  for (const cost of costs) {
    sum.priced_calls += cost.priced_calls
    sum.unpriced_calls += cost.unpriced_calls
    sum.truncated ||= cost.truncated
    if (cost.usd !== null) usd = (usd ?? 0) + cost.usd
  }
  return { ...sum, usd: usd === null || sum.truncated ? null : roundUsd(usd) }
}
