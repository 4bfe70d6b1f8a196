/** The queue's part of a trace's journey: which payloads that mention it wait, were persisted, or lie parked. */
import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { locatePayload } from './park.ts'
import type { BodyKey } from './read-bodies.ts'

export interface PayloadJourney {
  readonly state: 'pending' | 'retrying' | 'persisted' | 'dead'
  readonly bodyId: bigint
  /** Which payload of the body; -1 when the journey is that of the whole body. */
  readonly ordinal: number
  readonly receivedAt: Date
  readonly settledAt?: Date
  readonly parkedAt?: Date
  readonly attempts: number
  readonly nextAttemptAt?: Date
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly spanCount: number
}

// A bound on the answer, not on the search: a trace in more payloads than this shows its oldest.
const maxPayloads = 200

const pendingSql = `
select id, received_at, visible_at, attempts, next_ordinal, payload_count, payloads, trace_hashes, error_code, error_message
from otel.ingestion_queue
where state = 0 and trace_hashes @> array[$1::int]
order by id
limit ${maxPayloads}`

const deadSql = `
select body_id, ordinal, received_at, parked_at, attempts, span_count, error_code, error_message
from otel.dead_letter
where trace_hashes @> array[$1::int]
order by id
limit ${maxPayloads}`

interface PendingRow {
  id: string
  received_at: Date
  visible_at: Date
  attempts: number
  next_ordinal: number
  payload_count: number
  payloads: number[]
  trace_hashes: number[]
  error_code: string | null
  error_message: string | null
}

interface DeadRow {
  body_id: string
  ordinal: number
  received_at: Date
  parked_at: Date
  attempts: number
  span_count: number
  error_code: string
  error_message: string
}

/**
 * Payloads that mention a trace and are not persisted. Found by a 32-bit hash of the trace id: one in four thousand
 * million other traces would be named too.
 * @param traceHash traceIdHash of the trace id
 */
export async function findPendingAndDead(
  database: pg.Pool | pg.ClientBase,
  traceHash: number,
): Promise<readonly PayloadJourney[]> {
  const pending = await database.query<PendingRow>(pendingSql, [traceHash])
  const dead = await database.query<DeadRow>(deadSql, [traceHash])
  return [
    ...pending.rows.flatMap((row) => toPending(row, traceHash)),
    ...dead.rows.map((row) => ({
      state: 'dead' as const,
      bodyId: BigInt(row.body_id),
      ordinal: row.ordinal,
      receivedAt: row.received_at,
      parkedAt: row.parked_at,
      attempts: row.attempts,
      errorCode: row.error_code,
      errorMessage: row.error_message,
      spanCount: row.span_count,
    })),
  ].slice(0, maxPayloads)
}

function toPending(row: PendingRow, hash: number): PayloadJourney[] {
  const found: PayloadJourney[] = []
  for (let ordinal = row.next_ordinal; ordinal < row.payload_count; ordinal++) {
    const payload = locatePayload(row, ordinal)
    if (!row.trace_hashes.slice(payload.hashFrom, payload.hashTo).includes(hash)) continue
    const failed = row.error_code !== null
    found.push({
      state: failed ? 'retrying' : 'pending',
      bodyId: BigInt(row.id),
      ordinal,
      receivedAt: row.received_at,
      attempts: row.attempts,
      ...(failed && { nextAttemptAt: row.visible_at, errorCode: row.error_code! }),
      ...(row.error_message !== null && { errorMessage: row.error_message }),
      spanCount: payload.spanTo - payload.spanFrom,
    })
  }
  return found
}

const bodiesSql = `
select id, received_at, settled_at, attempts, span_count
from otel.ingestion_queue
where arrival_day = any($1::date[]) and id = any($2::bigint[])
order by id
limit ${maxPayloads}`

interface SettledRow {
  id: string
  received_at: Date
  settled_at: Date | null
  attempts: number
  span_count: number
}

/** When the bodies that hold a trace's spans were received and persisted. */
export async function describeBodies(
  database: pg.Pool | pg.ClientBase,
  bodies: readonly BodyKey[],
): Promise<readonly PayloadJourney[]> {
  const days = [...new Set(bodies.map((body) => body.arrivalDay))]
  const result = await database.query<SettledRow>(bodiesSql, [
    `{${days.join(',')}}`,
    toArrayLiteral(bodies.map((body) => body.bodyId)),
  ])
  return result.rows.map((row) => ({
    state: 'persisted',
    bodyId: BigInt(row.id),
    ordinal: -1,
    receivedAt: row.received_at,
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    attempts: row.attempts,
    spanCount: row.span_count,
  }))
}
