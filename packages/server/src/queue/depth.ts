import type pg from 'pg'

/** What waits in the queue, at one moment. */
export interface QueueDepth {
  readonly pendingPayloads: number
  readonly pendingBodies: number
  /** Of payloads, uncompressed. */
  readonly pendingBytes: number
  readonly oldestPendingAgeMs: number | undefined
  readonly claimedBodies: number
  readonly retryingBodies: number
  readonly deadPayloads: number
}

const depthSql = `
select coalesce(sum(payload_count - next_ordinal), 0)::float8 as "pendingPayloads",
       count(*)::float8 as "pendingBodies",
       coalesce(sum(raw_bytes), 0)::float8 as "pendingBytes",
       extract(epoch from clock_timestamp() - min(received_at))::float8 * 1000 as "oldestPendingAgeMs",
       (count(*) filter (where lease_token is not null and visible_at > clock_timestamp()))::float8 as "claimedBodies",
       (count(*) filter (where error_code is not null))::float8 as "retryingBodies",
       (select count(*) from otel.dead_letter)::float8 as "deadPayloads"
from otel.ingestion_queue
where state = 0`

export async function readDepth(database: pg.Pool | pg.ClientBase): Promise<QueueDepth> {
  const result = await database.query<QueueDepth & { oldestPendingAgeMs: number | null }>({
    name: 'queue-depth',
    text: depthSql,
  })
  const row = result.rows[0]!
  return { ...row, oldestPendingAgeMs: row.oldestPendingAgeMs ?? undefined }
}
