import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Cost, ModelUsage } from './contract.ts'
import { priceCall, priceList, type CallToPrice } from './price-call.ts'

export interface PricedTrace {
  /** null: no model calls. */
  readonly cost: Cost | null
  /** By provider and model, the one with most calls first; empty where there are too many calls to go through. */
  readonly usage: ModelUsage[]
}

/** Calls of one trace that are priced at most: a fifth of a second, at about 20 µs a call. */
export const maxCallsPriced = 10_000

/** Calls that are priced in one go: 10 ms of the thread that takes payloads too. */
export const callsInOneGo = 500

/** Of a trace whose calls were not looked at, for others used up what one answer may. */
export const costNotLookedAt: Cost = {
  usd: null,
  priced_calls: 0,
  unpriced_calls: 0,
  truncated: true,
  price_list: priceList,
}

/**
 * Adds up what the calls cost. A sum of a part is told as one of a part (`unpriced_calls`), and where there are more
 * calls than are priced no sum is told at all.
 * @param calls of one trace, each call once; one more than `maxCallsPriced` says that there are more
 * @throws the reason of `signal` when that aborts
 */
export async function priceTrace(calls: readonly CallToPrice[], signal?: AbortSignal): Promise<PricedTrace> {
  const models = new Map<string, ModelUsage>()
  let usd = 0
  let pricedCalls = 0
  const looked = calls.slice(0, maxCallsPriced)
  for (const [index, call] of looked.entries()) {
    if (index % callsInOneGo === callsInOneGo - 1) await yieldToOthers(undefined, { signal })
    const price = priceCall(call)
    if (price !== undefined) {
      pricedCalls++
      usd += price
    }
    addUsage(models, call, price)
  }
  if (looked.length === 0) return { cost: null, usage: [] }
  const truncated = calls.length > looked.length
  const cost: Cost = {
    usd: pricedCalls === 0 || truncated ? null : roundUsd(usd),
    priced_calls: pricedCalls,
    unpriced_calls: looked.length - pricedCalls,
    truncated,
    price_list: priceList,
  }
  return { cost, usage: truncated ? [] : [...models.values()].sort((a, b) => b.calls - a.calls) }
}

function addUsage(models: Map<string, ModelUsage>, call: CallToPrice, price: number | undefined): void {
  const model = call.responseModel ?? call.requestModel ?? null
  const provider = call.provider ?? null
  const key = JSON.stringify([provider, model])
  const usage = models.get(key) ?? {
    provider,
    model,
    calls: 0,
    input_tokens: null,
    output_tokens: null,
    usd: null,
    unpriced_calls: 0,
  }
  usage.calls++
  if (call.inputTokens !== undefined) usage.input_tokens = (usage.input_tokens ?? 0) + call.inputTokens
  if (call.outputTokens !== undefined) usage.output_tokens = (usage.output_tokens ?? 0) + call.outputTokens
  if (price === undefined) usage.unpriced_calls++
  else usage.usd = roundUsd((usage.usd ?? 0) + price)
  models.set(key, usage)
}

// A token costs 10^-8 dollars and more; behind that stands only the noise of binary fractions.
const digits = 12

export function roundCost(cost: Cost | null): Cost | null {
  return cost === null || cost.usd === null ? cost : { ...cost, usd: roundUsd(cost.usd) }
}

/** US dollars without the noise of adding them up. */
export function roundUsd(usd: number): number {
  return Number(usd.toFixed(digits))
}
