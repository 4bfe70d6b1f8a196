import { fingerprintStats, fingerprintStatsQuery } from './fingerprint-schemas.ts'
import { fingerprintToJson } from './fingerprint-json.ts'
import { clampNano, formatInstant } from './instant.ts'
import { priceFingerprints } from './price-fingerprints.ts'
import { ProblemError } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { readInstant, readName, refuseReversed } from './read-parameters.ts'
import { refusals } from './refusals.ts'

const dayNano = 86_400_000_000_000n
const defaultPeriodNano = dayNano

// With the period before it that is two months of traces: they are gone through one by one.
const maxPeriodDays = 31n

/** /stats/fingerprints. */
export function addFingerprintStatsRoute(app: QueryApp, { store, priceLimitMs }: QueryApiOptions): void {
  app.get(
    '/api/v1/stats/fingerprints',
    {
      schema: {
        operationId: 'getFingerprintStats',
        tags: ['traces'],
        summary: 'What was asked in a period, how it went, and how it went before',
        querystring: fingerprintStatsQuery,
        response: { 200: fingerprintStats, ...refusals },
      },
    },
    async ({ query, signal }) => {
      const { fromUnixNano, toUnixNano } = readPeriod(query)
      const previousFromUnixNano = clampNano(fromUnixNano - (toUnixNano - fromUnixNano))
      const periods = { service: readName(query.service), previousFromUnixNano, fromUnixNano, toUnixNano }
      const { sort = 'count', limit = 20, fingerprint } = query
      const page = { sort, limit, fingerprint }
      const { fingerprintCount, items } = await store.rankFingerprints(periods, page, { signal })
      const costs = await priceFingerprints(store, periods, items, { signal, limitMs: priceLimitMs })
      return {
        start: formatInstant(fromUnixNano),
        end: formatInstant(toUnixNano),
        previous_start: formatInstant(previousFromUnixNano),
        fingerprint_count: fingerprintCount,
        items: items.map((item) => fingerprintToJson(item, costs.get(item.fingerprint)!)),
      }
    },
  )
}

function readPeriod(query: { start?: string; end?: string }): { fromUnixNano: bigint; toUnixNano: bigint } {
  const toUnixNano = readInstant('end', query.end) ?? BigInt(Date.now()) * 1_000_000n
  const fromUnixNano = readInstant('start', query.start) ?? clampNano(toUnixNano - defaultPeriodNano)
  refuseReversed(['start', fromUnixNano], ['end', toUnixNano])
  if (toUnixNano - fromUnixNano > maxPeriodDays * dayNano) {
    const message = `is more than ${maxPeriodDays} days before end`
    throw new ProblemError('invalid_parameter', `start ${message}: ask for less at a time`, {
      errors: [{ parameter: 'start', message }],
    })
  }
  return { fromUnixNano, toUnixNano }
}
