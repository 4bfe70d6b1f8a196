import type { PayloadJourney } from '../queue/journey.ts'
import type { PayloadJourney as PayloadJourneyJson } from './contract.ts'
import { formatDate } from './instant.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { journey } from './queue-schemas.ts'
import { readTraceId, refuseBadTraceId } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { named } from './schema-parts.ts'
import { tellJourney, type JourneyState } from './tell-journey.ts'
import { noQuery, traceParams } from './trace-schemas.ts'

const explanations: Record<JourneyState, string> = {
  never_seen: 'never seen, or older than the retention',
  pending: 'acknowledged and on disk; waits to be persisted',
  retrying: 'acknowledged and on disk; an attempt to persist it failed and it will be tried again',
  persisted: 'everything that was received of it can be queried',
  dead: 'a payload could not be persisted and lies in the dead letters, with its reason; nothing of it is lost',
}

export function addJourneyRoute(app: QueryApp, { pool, store }: QueryApiOptions): void {
  app.get(
    '/api/v1/traces/:id/journey',
    {
      schema: {
        operationId: 'getJourney',
        tags: ['traces'],
        summary: 'What became of the payloads of a trace',
        params: traceParams,
        querystring: noQuery,
        response: { 200: named(journey), ...refusals },
      },
      preValidation: refuseBadTraceId,
    },
    async (request) => {
      const traceId = readTraceId(request.params.id)
      const told = await tellJourney(pool, store, traceId, { signal: request.signal })
      return {
        trace_id: traceId,
        state: told.state,
        explanation: explanations[told.state],
        span_count: told.spanCount,
        payloads: told.payloads.map(payloadToJson),
        payloads_truncated: told.truncated,
      }
    },
  )
}

function payloadToJson(payload: PayloadJourney): PayloadJourneyJson {
  return {
    state: payload.state,
    body_id: payload.bodyId.toString(),
    ordinal: payload.ordinal < 0 ? null : payload.ordinal,
    received_at: formatDate(payload.receivedAt),
    persisted_at: payload.settledAt === undefined ? null : formatDate(payload.settledAt),
    parked_at: payload.parkedAt === undefined ? null : formatDate(payload.parkedAt),
    next_attempt_at: payload.nextAttemptAt === undefined ? null : formatDate(payload.nextAttemptAt),
    attempts: payload.attempts,
    span_count: payload.spanCount,
    error_code: payload.errorCode ?? null,
    error_message: payload.errorMessage ?? null,
  }
}
