import type pg from 'pg'
import { zstdCompressSync } from 'node:zlib'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { codecZstd } from './build-group.ts'
import type { ClaimedBody } from './claim.ts'
import { boundMessage, type Failure } from './retry.ts'
import { stepPastPayload } from './step-past-payload.ts'

// The dead letter and the body's step past it are one statement: a payload is never both pending and dead.
const parkSql = `
with parked as (
  insert into otel.dead_letter (body_id, received_at, arrival_day, ordinal, raw_bytes, span_count, attempts, codec,
                                trace_hashes, error_code, error_message, bytes)
  values ($2, $3, $1, $4, $5, $6, $7, $8, $9, $10, $11, $12)
)
update otel.ingestion_queue
set ${stepPastPayload('$6')}
where arrival_day = $1 and id = $2`

/**
 * Copies the next payload of a body, as its own bytes, to otel.dead_letter with the reason, and steps past it.
 * In a transaction that locked the body.
 * @param bytes the payload's, uncompressed; empty when its body is lost
 */
export async function park(
  transaction: pg.ClientBase,
  body: ClaimedBody,
  ordinal: number,
  bytes: Uint8Array,
  failure: Failure,
): Promise<void> {
  const payload = locatePayload(body, ordinal)
  await transaction.query({
    name: 'park',
    text: parkSql,
    values: [
      body.arrivalDay,
      body.bodyId,
      body.receivedAt,
      ordinal,
      payload.rawTo - payload.rawFrom,
      payload.spanTo - payload.spanFrom,
      body.attempts,
      codecZstd,
      toArrayLiteral(body.traceHashes.slice(payload.hashFrom, payload.hashTo)),
      failure.code,
      boundMessage(failure.message),
      zstdCompressSync(bytes),
    ],
  })
}

/** Where a payload lies in its body: raw bytes, spans and trace hashes, each from (included) to (not included). */
export function locatePayload(body: { readonly payloads: readonly number[] }, ordinal: number) {
  const at = ordinal * 3
  const end = (index: number): number => (index < 0 ? 0 : (body.payloads[index] ?? 0))
  return {
    rawFrom: end(at - 3),
    rawTo: end(at),
    spanFrom: end(at - 2),
    spanTo: end(at + 1),
    hashFrom: end(at - 1),
    hashTo: end(at + 2),
  }
}
