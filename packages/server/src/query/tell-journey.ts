import type pg from 'pg'
import { describeBodies, findPendingAndDead, type PayloadJourney } from '../queue/journey.ts'
import type { ReadOptions, TraceStore } from '../store/trace-store.ts'
import { traceIdHashOfHex } from '../trace/ids.ts'

export type JourneyState = 'never_seen' | PayloadJourney['state']

export interface TraceJourney {
  readonly state: JourneyState
  readonly spanCount: number
  /** By arrival. */
  readonly payloads: readonly PayloadJourney[]
  readonly truncated: boolean
}

// A trace may lie in more bodies than anybody reads about.
const maxBodies = 200

/**
 * What became of everything that was received of a trace. Waiting payloads are looked for first and persisted ones
 * after: one that is persisted in between is found twice and told once, and never missed.
 */
export async function tellJourney(
  pool: pg.Pool,
  store: TraceStore,
  traceId: string,
  options: ReadOptions,
): Promise<TraceJourney> {
  const unpersisted = await findPendingAndDead(pool, traceIdHashOfHex(traceId))
  const bodies = await store.findTraceBodies(traceId, options)
  const spansOf = new Map(bodies.map((body) => [body.bodyId, body.spanCount]))
  const described = bodies.length === 0 ? [] : await describeBodies(pool, bodies.slice(0, maxBodies))
  // A body holds other traces' spans too.
  const persisted = described.map((body) => ({
    ...body,
    spanCount: spansOf.get(body.bodyId) ?? body.spanCount,
  }))
  const summary = await store.findTrace(traceId, options)
  const settled = new Set(persisted.filter((body) => body.settledAt !== undefined).map((body) => body.bodyId))
  const payloads = [
    ...unpersisted.filter((payload) => payload.state === 'dead' || !settled.has(payload.bodyId)),
    ...persisted,
  ]
  payloads.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || a.ordinal - b.ordinal)
  return {
    state: overallState(payloads, summary !== undefined),
    spanCount: summary?.spanCount ?? 0,
    payloads,
    truncated: bodies.length > maxBodies || unpersisted.length >= maxBodies,
  }
}

function overallState(payloads: readonly PayloadJourney[], isStored: boolean): JourneyState {
  const leastFarFirst = ['dead', 'retrying', 'pending', 'persisted'] as const
  const found = leastFarFirst.find((state) => payloads.some((payload) => payload.state === state))
  return found ?? (isStored ? 'persisted' : 'never_seen')
}
