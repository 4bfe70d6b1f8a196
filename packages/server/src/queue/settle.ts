import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import type { BodyKey } from './read-bodies.ts'
import { stepPastPayload } from './step-past-payload.ts'

/** What the ledger learns when payloads are settled; in numbers of payloads and of spans. */
export interface SettledCounts {
  readonly storedPayloads: number
  readonly duplicatePayloads: number
  readonly storedSpans: number
  readonly duplicateSpans: number
  readonly replacedSpans: number
}

/** The claim is no longer this worker's: its lease ran out, and another has the bodies. Roll back and drop the work. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

const fenceSql = `
select id
from otel.ingestion_queue
where arrival_day = any($1::date[]) and id = any($2::bigint[]) and lease_token = $3 and state = 0
order by id
for no key update`

const countSql = `
insert into otel.ledger_counter (day, writer, slot, stored_payloads, duplicate_payloads,
                                 stored_spans, duplicate_spans, replaced_spans)
select (clock_timestamp() at time zone 'utc')::date, pg_backend_pid(), otel.ledger_slot(), $3, $4, $5, $6, $7
on conflict (day, writer, slot) do update
set stored_payloads = ledger_counter.stored_payloads + excluded.stored_payloads,
    duplicate_payloads = ledger_counter.duplicate_payloads + excluded.duplicate_payloads,
    stored_spans = ledger_counter.stored_spans + excluded.stored_spans,
    duplicate_spans = ledger_counter.duplicate_spans + excluded.duplicate_spans,
    replaced_spans = ledger_counter.replaced_spans + excluded.replaced_spans`

const settleSql = `
with settled as (
  update otel.ingestion_queue
  set state = 1, settled_at = clock_timestamp(), lease_token = null, lease_pid = null, decoder_version = $8,
      next_ordinal = payload_count, settled_spans = span_count, error_code = null, error_message = null
  where arrival_day = any($1::date[]) and id = any($2::bigint[])
)
${countSql}`

const advanceSql = `
with advanced as (
  update otel.ingestion_queue
  set ${stepPastPayload('$9')},
      decoder_version = $8
  where arrival_day = any($1::date[]) and id = any($2::bigint[])
)
${countSql}`

/**
 * Locks the claimed bodies for the rest of the transaction, before anything is written for them.
 * @throws LeaseLost when one of them is no longer held under the token
 */
export async function lockClaimed(
  transaction: pg.ClientBase,
  leaseToken: bigint,
  bodies: readonly BodyKey[],
): Promise<void> {
  const result = await transaction.query({
    name: 'lock-claimed',
    text: fenceSql,
    values: [...keys(bodies), leaseToken],
  })
  if (result.rows.length !== bodies.length) throw new LeaseLost('the lease ran out before the work was done')
}

/** Settles whole bodies and books their spans. In the transaction that locked them and wrote the spans. */
export async function settle(
  transaction: pg.ClientBase,
  bodies: readonly BodyKey[],
  counts: SettledCounts,
  decoderVersion: number,
): Promise<void> {
  await transaction.query({
    name: 'settle',
    text: settleSql,
    values: [...keys(bodies), ...values(counts), decoderVersion],
  })
}

/** Settles the next payload of one body; the body itself when that was its last. */
export async function advance(
  transaction: pg.ClientBase,
  body: BodyKey,
  payloadSpans: number,
  counts: SettledCounts,
  decoderVersion: number,
): Promise<void> {
  await transaction.query({
    name: 'advance',
    text: advanceSql,
    values: [...keys([body]), ...values(counts), decoderVersion, payloadSpans],
  })
}

function values(counts: SettledCounts): number[] {
  return [
    counts.storedPayloads,
    counts.duplicatePayloads,
    counts.storedSpans,
    counts.duplicateSpans,
    counts.replacedSpans,
  ]
}

function keys(bodies: readonly BodyKey[]): [string, string] {
  const days = [...new Set(bodies.map((body) => body.arrivalDay))]
  return [`{${days.join(',')}}`, toArrayLiteral(bodies.map((body) => body.bodyId))]
}
