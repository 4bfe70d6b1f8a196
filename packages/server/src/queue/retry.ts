import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { suspectFromAttempt } from './claim.ts'
import type { BodyKey } from './read-bodies.ts'

export interface Failure {
  readonly code: string
  readonly message: string
}

const firstBackoffMs = 1000
const maxBackoffMs = 5 * 60_000

/**
 * How long a body rests after its nth failed attempt: doubling from a second to five minutes, spread over half to the
 * whole of it, so that bodies that failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const full = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.max(0, attempts - 1))
  return Math.round(full * (0.5 + random() / 2))
}

// A body in pieces never falls below "suspect": claimed with others it would be written as a whole, and payloads that are
// settled already would be booked again.
const retrySql = `
update otel.ingestion_queue
set lease_token = null, lease_pid = null,
    visible_at = clock_timestamp() + $4 * interval '1 millisecond',
    attempts = case when next_ordinal = 0 then attempts - $5::int
                    else greatest(attempts - $5::int, ${suspectFromAttempt - 1}) end,
    error_code = coalesce($6, error_code), error_message = coalesce($7, error_message)
where arrival_day = any($1::date[]) and id = any($2::bigint[]) and lease_token = $3 and state = 0`

/** Gives a body back with the reason why it failed; it is claimed again after its backoff. */
export async function retryLater(
  client: pg.ClientBase,
  leaseToken: bigint,
  body: BodyKey & { readonly attempts: number },
  failure: Failure,
): Promise<void> {
  await giveBack(client, leaseToken, [body], backoffMs(body.attempts), 0, failure)
}

/**
 * Gives bodies back as if they had not been claimed: work that was not begun, or that the database's own trouble ended.
 * @param delayMs how long nobody claims them
 */
export async function release(
  client: pg.ClientBase,
  leaseToken: bigint,
  bodies: readonly BodyKey[],
  delayMs: number,
): Promise<void> {
  await giveBack(client, leaseToken, bodies, delayMs, 1, undefined)
}

async function giveBack(
  client: pg.ClientBase,
  leaseToken: bigint,
  bodies: readonly BodyKey[],
  delayMs: number,
  refund: number,
  failure: Failure | undefined,
): Promise<void> {
  const days = [...new Set(bodies.map((body) => body.arrivalDay))]
  await client.query({
    name: 'retry',
    text: retrySql,
    values: [
      `{${days.join(',')}}`,
      toArrayLiteral(bodies.map((body) => body.bodyId)),
      leaseToken,
      delayMs,
      refund,
      failure?.code ?? null,
      failure === undefined ? null : boundMessage(failure.message),
    ],
  })
}

const maxMessageChars = 2000

/** An error's message as a text column takes it: bounded, without NUL. */
export function boundMessage(message: string): string {
  return message.replaceAll('\0', '\ufffd').slice(0, maxMessageChars)
}
