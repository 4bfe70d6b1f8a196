import type { TracePosition } from '../store/trace-store.ts'
import type { TraceSummary } from '../trace/trace-summary.ts'
import { parseTraceId } from '../trace/ids.ts'
import type { CursorPosition, ListIdentity } from './cursor.ts'
import type { TracesQuery } from './contract.ts'
import { toNanoseconds } from './instant.ts'
import { toPage } from './page.ts'
import { priceTraces } from './price-traces.ts'
import { refuseLaterParameters } from './refuse-what-comes-later.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { parseInt64, readCursor, readInstant, readName, refuseReversed } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { traceToJson } from './trace-json.ts'
import { traceList, tracesQuery } from './trace-schemas.ts'

export function addListTracesRoute(app: QueryApp, { store, priceLimitMs }: QueryApiOptions): void {
  app.get(
    '/api/v1/traces',
    {
      schema: {
        operationId: 'listTraces',
        tags: ['traces'],
        summary: 'Finds traces, newest start first',
        querystring: tracesQuery,
        response: { 200: traceList, ...refusals },
      },
      preValidation: async (request) => refuseLaterParameters(request.query),
    },
    async (request) => {
      const { query, signal } = request
      const limit = query.limit ?? 50
      const fromUnixNano = readInstant('start', query.start)
      const toUnixNano = readInstant('end', query.end)
      refuseReversed(['start', fromUnixNano], ['end', toUnixNano])
      refuseReversed(['min_duration_ms', query.min_duration_ms], ['max_duration_ms', query.max_duration_ms])
      const identity: ListIdentity = { list: 'traces', filters: filtersOf(query) }
      const found = await store.findTraces(
        {
          service: readName(query.service),
          name: readName(query.name),
          status: query.status,
          fingerprint: query.fingerprint,
          minDurationNano:
            query.min_duration_ms === undefined ? undefined : toNanoseconds(query.min_duration_ms),
          maxDurationNano:
            query.max_duration_ms === undefined ? undefined : toNanoseconds(query.max_duration_ms),
          fromUnixNano,
          toUnixNano,
          limit: limit + 1,
          after: readCursor(identity, query.cursor, toPosition),
        },
        { signal },
      )
      const now = new Date()
      const costs = await priceTraces(store, found.slice(0, limit), { signal, limitMs: priceLimitMs })
      const toItem = (trace: TraceSummary) =>
        traceToJson(trace, { cost: costs.get(trace.traceId) ?? null, now })
      return toPage(identity, found, limit, toItem, positionOf)
    },
  )
}

function filtersOf({ limit: _limit, cursor: _cursor, ...filters }: TracesQuery): ListIdentity['filters'] {
  return Object.fromEntries(Object.entries(filters).map(([key, value]) => [key, String(value)]))
}

function positionOf(trace: TraceSummary): CursorPosition {
  return [trace.startUnixNano.toString(), trace.traceId]
}

function toPosition([start, id]: CursorPosition): TracePosition | undefined {
  const startUnixNano = parseInt64(start)
  const traceId = parseTraceId(id ?? '')
  return startUnixNano === undefined || traceId === undefined ? undefined : { startUnixNano, traceId }
}
