import type pg from 'pg'
import type { NoticeMessage } from 'pg-protocol/dist/messages.js'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { codecZstd, type Group } from './build-group.ts'

export interface AppendedGroup {
  readonly bodyId: bigint
  readonly arrivalDay: string
}

// One statement, so one round trip and one commit: the body, its twin in the queue, and the ledger's line of this
// connection. The day is the database's, so that no client's and no server's clock can choose a partition.
const appendSql = `
with arrival as (
  select nextval('otel.body_id') as id, now() as at, (now() at time zone 'utc')::date as day
), body as (
  insert into otel.body (id, arrival_day, raw_bytes, span_count, body_format, codec, frames, bytes)
  select id, day, $1, $2, 1, $3, $4, $5 from arrival
), ledger as (
  insert into otel.ledger_counter (day, writer, slot, accepted_payloads, accepted_spans)
  select day, pg_backend_pid(), otel.ledger_slot(), $6, $2 from arrival
  on conflict (day, writer, slot) do update
  set accepted_payloads = ledger_counter.accepted_payloads + excluded.accepted_payloads,
      accepted_spans = ledger_counter.accepted_spans + excluded.accepted_spans
)
insert into otel.ingestion_queue (id, received_at, visible_at, arrival_day, raw_bytes, stored_bytes, span_count,
                                  payload_count, handover, payloads, trace_hashes)
select id, at, at, day, $1, $7, $2, $6, $10, $8, $9 from arrival
returning id::text as body_id, arrival_day::text as arrival_day`

const noPartition = '23514' // check_violation: "no partition of relation found for row"

/**
 * Commits a group.
 * @param handoverKey names the copy of its bytes in the memory of this process, if there is one
 * @param silenceMs how long the database may take to say anything
 * @throws the database's error; the group is not committed then, or, when the connection broke, nobody knows
 * @throws DoubtfulCommit when it was not said, or not committed as it should be
 */
export async function appendGroup(
  pool: pg.Pool,
  group: Group,
  handoverKey?: bigint,
  silenceMs: number = defaultSilenceMs,
): Promise<AppendedGroup> {
  try {
    return await insert(pool, group, handoverKey, silenceMs)
  } catch (error) {
    if ((error as { code?: unknown }).code !== noPartition) throw error
    await pool.query(`select otel.make_partition((clock_timestamp() at time zone 'utc')::date)`)
    return await insert(pool, group, handoverKey, silenceMs)
  }
}

/** The commit may have happened, or not to the degree that was asked for: no acknowledgement, and nothing to repeat here. */
export class DoubtfulCommit extends Error {
  override readonly name = 'DoubtfulCommit'
  /** SQLSTATE statement_completion_unknown. */
  readonly code = '40003'
}

// The server ends the statement after 30 s (openPool). One that is silent a while longer is cut off or gone; only TCP
// would tell, in a quarter of an hour.
const defaultSilenceMs = 35_000

async function insert(
  pool: pg.Pool,
  group: Group,
  handoverKey: bigint | undefined,
  silenceMs: number,
): Promise<AppendedGroup> {
  const client = await pool.connect()
  let isUnreplicated = false
  const onNotice = (notice: NoticeMessage): void => {
    // "The transaction has already committed locally, but might not have been replicated to the standby."
    if (notice.routine === 'SyncRepWaitForLSN') isUnreplicated = true
  }
  client.on('notice', onNotice)
  let failure: Error | undefined
  try {
    const appended = await withDeadline(insertWith(client, group, handoverKey), silenceMs)
    if (isUnreplicated) throw new DoubtfulCommit('committed here, but perhaps not on the standby')
    return appended
  } catch (error) {
    failure = error as Error
    throw error
  } finally {
    client.off('notice', onNotice)
    // A connection whose last statement failed may be broken: the pool checks nothing, so it is not given back.
    client.release((failure as { code?: string } | undefined)?.code === noPartition ? undefined : failure)
  }
}

async function withDeadline<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DoubtfulCommit('the database fell silent')), timeoutMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined) // after the deadline nobody else hears how it ended
  }
}

async function insertWith(
  client: pg.PoolClient,
  group: Group,
  handoverKey: bigint | undefined,
): Promise<AppendedGroup> {
  const result = await client.query<{ body_id: string; arrival_day: string }>({
    name: 'append-group',
    text: appendSql,
    values: [
      group.rawBytes,
      group.spanCount,
      codecZstd,
      toArrayLiteral(group.frames),
      group.bytes,
      group.payloadCount,
      group.bytes.byteLength,
      toArrayLiteral(group.payloads),
      toArrayLiteral(group.traceHashes),
      handoverKey ?? null,
    ],
  })
  const row = result.rows[0]
  if (row === undefined) throw new Error('the append returned no row')
  return { bodyId: BigInt(row.body_id), arrivalDay: row.arrival_day }
}
