/**
 * What is done with a claim: decode, write, settle, in one transaction; and what is done when that fails.
 *
 * A batch that fails is tried body by body, so that one body never holds up its neighbours. A body that has failed twice
 * comes claimed alone and is persisted payload by payload; the payload that cannot be is parked with its reason. Trouble
 * of the database itself is nobody's fault: the bodies are given back uncounted.
 */
import type pg from 'pg'
import { advance, lockClaimed, LeaseLost, settle, type SettledCounts } from '../queue/settle.ts'
import { suspectFromAttempt, type Claim, type ClaimedBody } from '../queue/claim.ts'
import { locatePayload, park } from '../queue/park.ts'
import { isDatabaseTrouble } from '../queue/database-trouble.ts'
import { readBodies } from '../queue/read-bodies.ts'
import { borrowBodies, type BodyBytes } from '../queue/borrow-bodies.ts'
import type { HandoverReader } from '../queue/handover.ts'
import { release, retryLater, type Failure } from '../queue/retry.ts'
import {
  type BodyToWrite,
  PermanentFailure,
  type TraceStore,
  type WriteOutcome,
} from '../store/trace-store.ts'
import { inTransaction } from './in-transaction.ts'

/** Written with every settled body; raise it when the columns or their meaning change, so that a replay finds older ones. */
export const decoderVersion = 3

export interface PersistContext {
  readonly client: pg.ClientBase
  readonly store: Pick<TraceStore, 'write'>
  readonly maxAttempts: number
  /** Where bodies lie that this process has just committed. */
  readonly handover?: HandoverReader
  /** Called once a claim is through, in whole or in part. */
  readonly onPersisted: (persisted: Persisted) => void
  /** Called for what went wrong; never with content. */
  readonly onTrouble: (trouble: Trouble) => void
}

export interface Persisted {
  readonly bodies: number
  readonly payloads: number
  readonly spans: number
  readonly duplicateSpans: number
  readonly rawBytes: number
  readonly durationMs: number
}

export interface Trouble {
  readonly what: 'batch-failed' | 'retry' | 'parked' | 'lease-lost' | 'database'
  readonly bodyId?: bigint
  readonly ordinal?: number
  readonly code: string
  readonly message: string
}

/** Persists what was claimed, or gives it back. Rejects only when even giving back failed; the lease then frees it. */
export async function persistClaim(context: PersistContext, claim: Claim): Promise<void> {
  const first = claim.bodies[0]!
  if (first.attempts >= suspectFromAttempt || first.nextOrdinal > 0) {
    await persistPieces(context, claim.leaseToken, first)
    return
  }
  await borrowBodies(context.client, claim.bodies, context.handover, (bytes) =>
    persistBatch(context, claim, bytes),
  )
}

async function persistBatch(context: PersistContext, claim: Claim, bytes: BodyBytes): Promise<void> {
  const failure = await persistWhole(context, claim.leaseToken, claim.bodies, bytes)
  if (failure === undefined) return
  const first = claim.bodies[0]!
  if (claim.bodies.length === 1) {
    await giveBack(context, claim.leaseToken, first, failure)
    return
  }
  context.onTrouble({ what: 'batch-failed', ...describe(failure) })
  for (const body of claim.bodies) {
    const alone = await persistWhole(context, claim.leaseToken, [body], bytes)
    if (alone !== undefined) await giveBack(context, claim.leaseToken, body, alone)
  }
}

/** @returns what went wrong, after the transaction was rolled back */
async function persistWhole(
  context: PersistContext,
  leaseToken: bigint,
  bodies: readonly ClaimedBody[],
  bytes: BodyBytes,
): Promise<unknown> {
  const startedAt = performance.now()
  const toWrite: BodyToWrite[] = []
  for (const body of bodies) {
    const read = bytes.get(body.bodyId)
    if (!(read instanceof Uint8Array)) return unreadable(body, read)
    toWrite.push({
      bodyId: body.bodyId,
      arrivalDay: body.arrivalDay,
      bytes: read,
      firstSpanIndex: 0,
      payloadSpanEnds: body.payloads.filter((_, index) => index % 3 === 1),
    })
  }
  try {
    const outcomes = await inTransaction(context.client, async (transaction) => {
      await lockClaimed(transaction, leaseToken, bodies)
      const written = await context.store.write(transaction, toWrite)
      await settle(transaction, bodies, countsOf(written, countPayloads(bodies)), decoderVersion)
      return written
    })
    context.onPersisted(persistedOf(bodies, outcomes, performance.now() - startedAt))
    return undefined
  } catch (error) {
    return error ?? new Error('unknown failure')
  }
}

/** Persists a body payload by payload, from where an earlier attempt stopped. */
async function persistPieces(context: PersistContext, leaseToken: bigint, body: ClaimedBody): Promise<void> {
  const payloadCount = body.payloads.length / 3
  let attempts = body.attempts
  let bytes: Uint8Array | Error | undefined
  try {
    bytes = (await readBodies(context.client, [body])).get(body.bodyId)
  } catch (error) {
    return await giveBack(context, leaseToken, body, error)
  }
  for (let ordinal = body.nextOrdinal; ordinal < payloadCount; ordinal++) {
    // Each claim was counted before its work: so many of them without an end means that this payload ends the worker.
    const failure =
      attempts > context.maxAttempts
        ? new PermanentFailure(
            'worker_lost',
            `the worker was lost ${context.maxAttempts} times while it persisted this`,
          )
        : await persistPiece(context, leaseToken, body, ordinal, bytes)
    if (failure !== undefined) {
      const isHopeless = failure instanceof PermanentFailure || attempts >= context.maxAttempts
      if (!isHopeless || isDatabaseTrouble(failure) || failure instanceof LeaseLost) {
        return await giveBack(context, leaseToken, { ...body, attempts }, failure)
      }
      const refusal = await parkPiece(
        context,
        leaseToken,
        { ...body, attempts },
        ordinal,
        bytes,
        describe(failure),
      )
      if (refusal !== undefined) return await giveBack(context, leaseToken, { ...body, attempts }, refusal)
    }
    attempts = suspectFromAttempt
  }
}

async function persistPiece(
  context: PersistContext,
  leaseToken: bigint,
  body: ClaimedBody,
  ordinal: number,
  bytes: Uint8Array | Error | undefined,
): Promise<unknown> {
  if (!(bytes instanceof Uint8Array)) return unreadable(body, bytes)
  const startedAt = performance.now()
  const at = locatePayload(body, ordinal)
  const spanCount = at.spanTo - at.spanFrom
  try {
    const outcomes = await inTransaction(context.client, async (transaction) => {
      await lockClaimed(transaction, leaseToken, [body])
      const written = await context.store.write(transaction, [
        {
          bodyId: body.bodyId,
          arrivalDay: body.arrivalDay,
          bytes: bytes.subarray(at.rawFrom, at.rawTo),
          firstSpanIndex: at.spanFrom,
          payloadSpanEnds: [spanCount],
        },
      ])
      await advance(transaction, body, spanCount, countsOf(written, 1), decoderVersion)
      return written
    })
    const outcome = outcomes[0]!
    context.onPersisted({
      bodies: ordinal + 1 === body.payloads.length / 3 ? 1 : 0,
      payloads: 1,
      spans: outcome.stored,
      duplicateSpans: outcome.duplicate,
      rawBytes: at.rawTo - at.rawFrom,
      durationMs: performance.now() - startedAt,
    })
    return undefined
  } catch (error) {
    return error ?? new Error('unknown failure')
  }
}

/** @returns what went wrong, after the transaction was rolled back */
async function parkPiece(
  context: PersistContext,
  leaseToken: bigint,
  body: ClaimedBody,
  ordinal: number,
  bytes: Uint8Array | Error | undefined,
  failure: Failure,
): Promise<unknown> {
  const at = locatePayload(body, ordinal)
  const payload = bytes instanceof Uint8Array ? bytes.subarray(at.rawFrom, at.rawTo) : new Uint8Array(0)
  try {
    await inTransaction(context.client, async (transaction) => {
      await lockClaimed(transaction, leaseToken, [body])
      await park(transaction, body, ordinal, payload, failure)
    })
  } catch (error) {
    return error ?? new Error('unknown failure')
  }
  context.onTrouble({ what: 'parked', bodyId: body.bodyId, ordinal, ...failure })
  return undefined
}

/** How long bodies rest after trouble that is the database's own. */
const databaseTroubleDelayMs = 1000

async function giveBack(
  context: PersistContext,
  leaseToken: bigint,
  body: ClaimedBody,
  failure: unknown,
): Promise<void> {
  const described = describe(failure)
  if (failure instanceof LeaseLost) {
    context.onTrouble({ what: 'lease-lost', bodyId: body.bodyId, ...described })
    return
  }
  if (isDatabaseTrouble(failure)) {
    context.onTrouble({ what: 'database', bodyId: body.bodyId, ...described })
    await release(context.client, leaseToken, [body], databaseTroubleDelayMs)
    return
  }
  context.onTrouble({ what: 'retry', bodyId: body.bodyId, ...described })
  await retryLater(context.client, leaseToken, body, described)
}

function unreadable(body: ClaimedBody, read: Error | undefined): PermanentFailure {
  return read === undefined
    ? new PermanentFailure('body_missing', `body ${body.bodyId} is not in otel.body`)
    : new PermanentFailure('body_unreadable', read.message, { cause: read })
}

/** The code and message that are stored and logged; the message of an unknown error may quote content, so it is not taken. */
function describe(failure: unknown): Failure {
  if (failure instanceof PermanentFailure) return { code: failure.code, message: failure.message }
  if (failure instanceof LeaseLost) return { code: 'lease_lost', message: failure.message }
  const error = failure as { code?: unknown; name?: unknown }
  // Five characters are an SQLSTATE; Node's own errors have codes too.
  if (typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code))
    return { code: error.code, message: `the database refused the rows (SQLSTATE ${error.code})` }
  return { code: 'decode_failed', message: typeof error.name === 'string' ? error.name : 'unknown failure' }
}

function countsOf(outcomes: readonly WriteOutcome[], payloads: number): SettledCounts {
  const sum = (pick: (outcome: WriteOutcome) => number): number =>
    outcomes.reduce((total, one) => total + pick(one), 0)
  const duplicatePayloads = sum((outcome) => outcome.duplicatePayloads)
  const replacedSpans = sum((outcome) => outcome.replaced)
  return {
    storedPayloads: payloads - duplicatePayloads,
    duplicatePayloads,
    // A finished span, or a later running copy, takes the place of a running one: what is stored stays as many.
    storedSpans: sum((outcome) => outcome.stored) - replacedSpans,
    duplicateSpans: sum((outcome) => outcome.duplicate),
    replacedSpans,
  }
}

function persistedOf(
  bodies: readonly ClaimedBody[],
  outcomes: readonly WriteOutcome[],
  durationMs: number,
): Persisted {
  return {
    bodies: bodies.length,
    payloads: countPayloads(bodies),
    spans: outcomes.reduce((total, one) => total + one.stored, 0),
    duplicateSpans: outcomes.reduce((total, one) => total + one.duplicate, 0),
    rawBytes: bodies.reduce((total, body) => total + body.rawBytes, 0),
    durationMs,
  }
}

function countPayloads(bodies: readonly ClaimedBody[]): number {
  return bodies.reduce((total, body) => total + body.payloads.length / 3, 0)
}
