import type { SpanRow } from '../store/trace-store.ts'
import { CalledOperations } from './continuity/called-operations.ts'
import { maxSpansChecked, readContinuity } from './continuity/read-continuity.ts'
import { priceOneTrace } from './price-traces.ts'
import { problemOfUnknownTrace } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { readSpanPage, toRowPage } from './read-span-page.ts'
import { readTraceId, refuseBadTraceId } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { named } from './schema-parts.ts'
import { reserveForAnswer, reserveForRows } from './reserve-bytes.ts'
import { spanList, spansQuery } from './span-schemas.ts'
import { traceToJson } from './trace-json.ts'
import { traceDetail, traceDetailQuery, traceParams } from './trace-schemas.ts'

const spansInDetail = 1000

// A trace asks a question or two; a hostile one has a different one in every span.
const fingerprintsInDetail = 100

/** /traces/{id} and its /spans. */
export function addTraceRoutes(app: QueryApp, { store, budget, priceLimitMs }: QueryApiOptions): void {
  const calledOperations = new CalledOperations(store)
  app.get(
    '/api/v1/traces/:id',
    {
      schema: {
        operationId: 'getTrace',
        tags: ['traces'],
        summary: 'The summary of a trace, where it joined and broke, and its first spans',
        params: traceParams,
        querystring: traceDetailQuery,
        response: { 200: named(traceDetail), ...refusals },
      },
      preValidation: refuseBadTraceId,
    },
    async (request, reply) => {
      const traceId = readTraceId(request.params.id)
      const { include } = request.query
      const options = { signal: request.signal }
      const trace = await store.findTrace(traceId, options)
      if (trace === undefined) throw problemOfUnknownTrace()
      const now = new Date()
      const rowsToRead = maxSpansChecked + 1
      reserveForRows(budget, reply, Math.min(trace.spanCount, rowsToRead))
      if (include === 'attributes') reserveForAnswer(budget, reply)
      const rows = await store.listSpans(traceId, { limit: rowsToRead }, options)
      const { cost, usage } = await priceOneTrace(store, trace, { ...options, limitMs: priceLimitMs })
      const continuity = await readContinuity(store, calledOperations, { trace, spans: rows, now }, options)
      const page = { traceId, include, limit: spansInDetail, cursor: undefined, now }
      const { items, next_cursor } =
        include === 'attributes' ? await readSpanPage(store, page, options) : toRowPage(rows, page)
      return {
        ...traceToJson(trace, { cost, now }),
        usage,
        fingerprints: fingerprintsOf(rows),
        continuity,
        spans: items,
        spans_truncated: next_cursor !== null,
        spans_next_cursor: next_cursor,
      }
    },
  )

  app.get(
    '/api/v1/traces/:id/spans',
    {
      schema: {
        operationId: 'listSpans',
        tags: ['traces'],
        summary: 'The spans of a trace, by start time',
        params: traceParams,
        querystring: spansQuery,
        response: { 200: spanList, ...refusals },
      },
      preValidation: refuseBadTraceId,
    },
    async (request, reply) => {
      const traceId = readTraceId(request.params.id)
      const { include, cursor, limit = 100 } = request.query
      if (include === 'attributes') reserveForAnswer(budget, reply)
      const wanted = { traceId, include, cursor, limit, now: new Date() }
      const page = await readSpanPage(store, wanted, { signal: request.signal })
      if (page.items.length === 0 && cursor === undefined) throw problemOfUnknownTrace()
      return page
    },
  )
}

/** By the start of the first span that has it. */
function fingerprintsOf(rows: readonly SpanRow[]): string[] {
  const told = rows.map((row) => row.fingerprint).filter((fingerprint) => fingerprint !== undefined)
  return [...new Set(told)].slice(0, fingerprintsInDetail)
}
