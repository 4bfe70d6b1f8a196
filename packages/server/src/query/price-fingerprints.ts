import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { waitForUpdate } from '@pydantic/genai-prices'
import type { AskedPeriods, FingerprintFigures, RankedFingerprint } from '../store/fingerprint-ranking.ts'
import type { CallGrouping, ModelCallGroup } from '../store/model-call-group.ts'
import type { TraceStore } from '../store/trace-store.ts'
import type { Cost } from './contract.ts'
import { readPriceBoundaries } from './price-boundaries.ts'
import { priceUsage } from './price-call.ts'
import { callsInOneGo, costNotLookedAt, roundCost } from './price-trace.ts'
import type { PricingOptions } from './price-traces.ts'
import { readWithin } from './read-within.ts'

/** What the traces with one fingerprint cost; null: no model calls. */
export interface FingerprintCosts {
  readonly current: Cost | null
  readonly previous: Cost | null
}

const noCalls: FingerprintCosts = { current: null, previous: null }

// The list that comes with the package: nothing is waited for, or asked of the network.
const boundaries = readPriceBoundaries((await waitForUpdate()) ?? [])

/** Groups of one statement: nobody uses so many models. To price them takes half a second. */
const maxGroups = 20_000

// What a statement takes with it is told only when all of it is there.
const callsPerBatch = 10_000

/**
 * What the traces of each fingerprint cost, in both periods: as much as all their calls, priced one by one. The store adds
 * the calls up between the boundaries of prices; there a price is so much a token, so the mean call of a group, as many
 * times as there are calls, costs what they cost.
 *
 * Fingerprints with few model calls come first: when the time is up, those that are left are told as not looked at. A sum of
 * a part would pass for the whole.
 */
export async function priceFingerprints(
  store: TraceStore,
  periods: AskedPeriods,
  items: readonly RankedFingerprint[],
  options: PricingOptions,
): Promise<ReadonlyMap<string, FingerprintCosts>> {
  const costs = new Map(
    items.map((item): [string, FingerprintCosts] => [item.fingerprint, notLookedAt(item)]),
  )
  if (boundaries === undefined) return costs
  const grouping: CallGrouping = { ...boundaries, limit: maxGroups }
  const batches = [...takeBatches(items)]
  await readWithin(options.limitMs, options, async (within) => {
    let batch = 0
    for await (const groups of store.groupModelCalls(periods, batches, grouping, within)) {
      const fingerprints = batches[batch++]!
      if (groups.length > maxGroups) continue
      const priced = await priceGroups(groups, within.signal)
      for (const fingerprint of fingerprints) {
        const { current, previous } = priced.get(fingerprint) ?? noCalls
        costs.set(fingerprint, { current: roundCost(current), previous: roundCost(previous) })
      }
    }
  })
  return costs
}

function notLookedAt({ current, previous }: RankedFingerprint): FingerprintCosts {
  const costOf = (figures: FingerprintFigures | undefined): Cost | null =>
    figures !== undefined && callsOf(figures) > 0 ? costNotLookedAt : null
  return { current: costOf(current), previous: costOf(previous) }
}

/** Fingerprints with model calls, those with few first. */
function* takeBatches(items: readonly RankedFingerprint[]): Generator<readonly string[]> {
  const byCalls = items
    .map(({ fingerprint, current, previous }) => ({
      fingerprint,
      calls: callsOf(current) + (previous === undefined ? 0 : callsOf(previous)),
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => a.calls - b.calls)
  let batch: string[] = []
  let callsInBatch = 0
  for (const { fingerprint, calls } of byCalls) {
    if (batch.length > 0 && callsInBatch + calls > callsPerBatch) {
      yield batch
      batch = []
      callsInBatch = 0
    }
    batch.push(fingerprint)
    callsInBatch += calls
  }
  if (batch.length > 0) yield batch
}

/** What was written before calls were counted has tokens, if it has any call: then one a trace, at least. */
function callsOf({ modelCallCount, traceCount, inputTokens, outputTokens }: FingerprintFigures): number {
  if (modelCallCount > 0) return modelCallCount
  return inputTokens === undefined && outputTokens === undefined ? 0 : traceCount
}

async function priceGroups(
  groups: readonly ModelCallGroup[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, FingerprintCosts>> {
  const costs = new Map<string, FingerprintCosts>()
  for (const [index, group] of groups.entries()) {
    if (index % callsInOneGo === callsInOneGo - 1) await yieldToOthers(undefined, { signal })
    const period = group.isCurrent ? 'current' : 'previous'
    const known = costs.get(group.fingerprint) ?? noCalls
    costs.set(group.fingerprint, { ...known, [period]: addGroup(known[period], group) })
  }
  return costs
}

function addGroup(cost: Cost | null, group: ModelCallGroup): Cost {
  const sum = cost ?? { ...costNotLookedAt, truncated: false }
  const usd = priceGroup(group)
  if (usd === undefined) return { ...sum, unpriced_calls: sum.unpriced_calls + group.callCount }
  return { ...sum, usd: (sum.usd ?? 0) + usd, priced_calls: sum.priced_calls + group.callCount }
}

function priceGroup(group: ModelCallGroup): number | undefined {
  const { callCount, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = group
  if (inputTokens === undefined) return undefined
  const usdOfMean = priceUsage(group, {
    input_tokens: inputTokens / callCount,
    cache_read_tokens: cacheReadTokens / callCount,
    cache_write_tokens: cacheWriteTokens / callCount,
    ...(outputTokens !== undefined && { output_tokens: outputTokens / callCount }),
  })
  return usdOfMean === undefined ? undefined : usdOfMean * callCount
}
