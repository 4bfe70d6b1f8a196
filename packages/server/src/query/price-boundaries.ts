import type { ModelPrice, Provider } from '@pydantic/genai-prices'
import type { CallGrouping } from '../store/model-call-group.ts'

/** Between two of these neighbours every price of the list is the same, and a call costs so much a token. */
export type PriceBoundaries = Omit<CallGrouping, 'limit'>

const dayNano = 86_400_000_000_000n

/**
 * Where prices of this list change: from so many input tokens on, on a day, at a time of day.
 * @returns undefined where the list has something else that a price goes by
 */
export function readPriceBoundaries(list: readonly Provider[]): PriceBoundaries | undefined {
  const tokens = new Set<number>()
  const starts = new Set<bigint>()
  const times = new Set<bigint>()
  for (const { prices } of list.flatMap((provider) => provider.models)) {
    for (const priced of Array.isArray(prices) ? prices : [{ prices }]) {
      if (!readConstraint(priced.constraint, starts, times) || !readTiers(priced.prices, tokens))
        return undefined
    }
  }
  return {
    inputTokens: [...tokens].sort((a, b) => a - b),
    startsUnixNano: ascending(starts),
    timesOfDayNano: ascending(times),
  }
}

/** A tier holds beyond its start: the next whole token is the first of it. */
function readTiers(prices: ModelPrice, tokens: Set<number>): boolean {
  for (const price of Object.values(prices)) {
    if (price === undefined || typeof price === 'number') continue
    if (!Array.isArray(price.tiers)) return false
    for (const tier of price.tiers) tokens.add(Math.floor(tier.start) + 1)
  }
  return true
}

type Constraint = Exclude<Provider['models'][number]['prices'], ModelPrice>[number]['constraint']

function readConstraint(constraint: Constraint, starts: Set<bigint>, times: Set<bigint>): boolean {
  switch (constraint?.type) {
    case undefined:
      return constraint === undefined
    case 'start_date':
      starts.add(toNano(constraint.start_date))
      return true
    case 'time_of_date':
      for (const time of [constraint.start_time, constraint.end_time]) {
        // On a day in the middle, for the difference from UTC may lead to the one before or after.
        times.add(toNano(`2000-01-02T${time}`) % dayNano)
      }
      return true
    default:
      return false
  }
}

function toNano(time: string): bigint {
  return BigInt(Date.parse(time)) * 1_000_000n
}

function ascending(values: ReadonlySet<bigint>): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}
