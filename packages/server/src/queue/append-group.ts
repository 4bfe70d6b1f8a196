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
  insert into otel.ledger_counter (day, writer, accepted_payloads, accepted_spans)
  select day, pg_backend_pid(), $6, $2 from arrival
  on conflict (day, writer) do update
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
 * @throws the database's error; the group is not committed then, or, when the connection broke, nobody knows
 */
export async function appendGroup(pool: pg.Pool, group: Group, handoverKey?: bigint): Promise<AppendedGroup> {
  try {
    return await insert(pool, group, handoverKey)
  } catch (error) {
    if ((error as { code?: unknown }).code !== noPartition) throw error
    await pool.query(`select otel.make_partition((clock_timestamp() at time zone 'utc')::date)`)
    return await insert(pool, group, handoverKey)
  }
}

async function insert(pool: pg.Pool, group: Group, handoverKey: bigint | undefined): Promise<AppendedGroup> {
  const client = await pool.connect()
  let warning: NoticeMessage | undefined
  const onNotice = (notice: NoticeMessage): void => {
    if (notice.severity === 'WARNING') warning = notice
  }
  client.on('notice', onNotice)
  let failure: Error | undefined
  try {
    const appended = await insertWith(client, group, handoverKey)
    // "committed locally, but might not have been replicated": durable on fewer machines than promised is no ack.
    if (warning !== undefined)
      throw new Error(`the commit came with a warning (${warning.code ?? 'no code'})`)
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
