import type pg from 'pg'

/** A body in the queue, as people look at it. */
export interface QueueItem {
  readonly id: bigint
  readonly state: QueueState
  readonly receivedAt: Date
  /** When it is claimed next, or when the lease of its claim runs out. */
  readonly visibleAt: Date
  readonly settledAt?: Date
  readonly attempts: number
  readonly payloadCount: number
  readonly spanCount: number
  readonly rawBytes: number
  readonly storedBytes: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

export const queueStates = ['pending', 'claimed', 'retrying', 'settled'] as const
export type QueueState = (typeof queueStates)[number]

const stateConditions: Record<QueueState | 'unsettled', string> = {
  unsettled: `q.state = 0`,
  pending: `q.state = 0 and q.error_code is null and (q.lease_token is null or q.visible_at <= clock_timestamp())`,
  claimed: `q.state = 0 and q.lease_token is not null and q.visible_at > clock_timestamp()`,
  retrying: `q.state = 0 and q.error_code is not null and (q.lease_token is null or q.visible_at <= clock_timestamp())`,
  settled: `q.state = 1`,
}

const columns = `
select v.id, v.state, v.received_at, v.visible_at, v.settled_at, v.attempts, v.payload_count, v.span_count,
       v.raw_bytes, v.stored_bytes, v.error_code, v.error_message
from otel.queue v join otel.ingestion_queue q using (id, arrival_day)`

interface QueueRow {
  id: string
  state: QueueState
  received_at: Date
  visible_at: Date
  settled_at: Date | null
  attempts: number
  payload_count: number
  span_count: number
  raw_bytes: number
  stored_bytes: number
  error_code: string | null
  error_message: string | null
}

/** Newest first, beginning behind `after`; what is not settled, unless a state is named. */
export async function listQueue(
  database: pg.Pool | pg.ClientBase,
  page: {
    readonly state?: QueueState | undefined
    readonly limit: number
    readonly after?: bigint | undefined
  },
): Promise<readonly QueueItem[]> {
  const result = await database.query<QueueRow>(
    `${columns}
     where ${stateConditions[page.state ?? 'unsettled']} and v.id < $1
     order by v.id desc
     limit $2`,
    [page.after ?? 2n ** 63n - 1n, page.limit],
  )
  return result.rows.map(toItem)
}

export async function showQueueItem(
  database: pg.Pool | pg.ClientBase,
  id: bigint,
): Promise<QueueItem | undefined> {
  const result = await database.query<QueueRow>(`${columns} where v.id = $1`, [id])
  return result.rows.map(toItem)[0]
}

function toItem(row: QueueRow): QueueItem {
  return {
    id: BigInt(row.id),
    state: row.state,
    receivedAt: row.received_at,
    visibleAt: row.visible_at,
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    attempts: row.attempts,
    payloadCount: row.payload_count,
    spanCount: row.span_count,
    rawBytes: row.raw_bytes,
    storedBytes: row.stored_bytes,
    ...(row.error_code !== null && { errorCode: row.error_code }),
    ...(row.error_message !== null && { errorMessage: row.error_message }),
  }
}
