import { Type } from 'typebox'
import { closed, count, instant, named, nextCursor, nullable, page, traceId } from './schema-parts.ts'

export const payloadJourney = Type.Object(
  {
    state: Type.Enum(['pending', 'retrying', 'persisted', 'dead']),
    body_id: Type.String({ description: 'The queue item' }),
    ordinal: Type.Union([count, Type.Null()], {
      description: 'Which payload of the body; null where the whole body is meant',
    }),
    received_at: instant,
    persisted_at: nullable(instant),
    parked_at: nullable(instant),
    next_attempt_at: nullable(instant),
    attempts: count,
    span_count: count,
    error_code: nullable(Type.String()),
    error_message: nullable(Type.String()),
  },
  { $id: 'PayloadJourney' },
)

export const journey = Type.Object(
  {
    trace_id: traceId,
    state: Type.Enum(['never_seen', 'pending', 'retrying', 'persisted', 'dead']),
    explanation: Type.String({ description: 'The state in a sentence, for people' }),
    span_count: Type.Integer({ minimum: 0, description: 'Spans that can be queried now' }),
    payloads: Type.Array(named(payloadJourney), { description: 'By arrival; bounded' }),
    payloads_truncated: Type.Boolean(),
  },
  {
    $id: 'Journey',
    description: 'The state is that of the payload that got least far: dead, retrying, pending, persisted',
  },
)

export const ledgerAccount = Type.Object(
  {
    accepted: count,
    stored: count,
    duplicate: count,
    replaced: count,
    pending: count,
    dead: count,
    discarded: count,
    expired: count,
    balanced: Type.Boolean(),
  },
  { $id: 'LedgerAccount' },
)

export const ledger = Type.Object(
  { balanced: Type.Boolean(), payloads: named(ledgerAccount), spans: named(ledgerAccount) },
  {
    $id: 'Ledger',
    description:
      'accepted = stored + duplicate + replaced + pending + dead + discarded + expired, counted in one snapshot',
  },
)

const queueState = ['pending', 'claimed', 'retrying', 'settled'] as const

export const queueItem = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9]+$' }),
    state: Type.Enum([...queueState]),
    received_at: instant,
    visible_at: Type.Union([instant, Type.Null()], {
      description: 'When it may be claimed, or when its claim runs out; null once it is settled',
    }),
    settled_at: nullable(instant),
    attempts: count,
    payload_count: count,
    span_count: count,
    raw_bytes: count,
    stored_bytes: count,
    error_code: nullable(Type.String()),
    error_message: nullable(Type.String()),
  },
  { $id: 'QueueItem', description: 'A body: the payloads that were committed together' },
)

export const queueDepth = Type.Object(
  {
    pending_payloads: count,
    pending_bodies: count,
    pending_bytes: count,
    oldest_pending_age_ms: nullable(Type.Number()),
    claimed_bodies: count,
    retrying_bodies: count,
    dead_payloads: count,
  },
  { $id: 'QueueDepth' },
)

export const queue = Type.Object(
  { depth: named(queueDepth), items: Type.Array(named(queueItem)), next_cursor: nextCursor },
  { $id: 'Queue', description: 'What waits, and the bodies in the queue, newest first' },
)

export const queueQuery = Type.Object(
  {
    state: Type.Optional(
      Type.Enum([...queueState], { description: 'Absent: everything that is not settled' }),
    ),
    ...page(50, 500),
  },
  closed,
)

export const queueItemParams = Type.Object({
  id: Type.String({ pattern: '^[0-9]{1,19}$', description: 'The queue item, a whole number' }),
})
