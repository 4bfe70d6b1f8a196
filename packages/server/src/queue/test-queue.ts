// A queue over a real database for tests. The queue does not look into payloads: these are bytes of a test's choice.
import assert from 'node:assert/strict'
import type pg from 'pg'
import { createTestDatabase } from '../postgres/test-database.ts'
import { appendGroup, type AppendedGroup } from './append-group.ts'
import type { IncomingPayload } from './incoming-payload.ts'
import { buildGroup } from './build-group.ts'
import { claim, ClaimFloor, type Claim, type ClaimOptions } from './claim.ts'
import { readLedger, type LedgerLine } from './ledger.ts'
import type { SettledCounts } from './settle.ts'

export interface TestQueue {
  readonly pool: pg.Pool
  /** The connection of `claim`. */
  readonly worker: pg.PoolClient
  /** A connection that stays out of the pool until the queue is closed. */
  connect(): Promise<pg.PoolClient>
  /** Commits the payloads as one body. */
  append(...payloads: readonly IncomingPayload[]): Promise<AppendedGroup>
  /** Claims on the first connection, without a floor. */
  claim(changes?: Partial<ClaimOptions>): Promise<Claim | undefined>
  /** Claims, and fails the test when there is nothing. */
  claimSome(changes?: Partial<ClaimOptions>): Promise<Claim>
  /** Ends backoffs and leases, as time would. */
  makeVisible(): Promise<void>
  /** One row of otel.ingestion_queue, as the database has it. */
  row(bodyId: bigint): Promise<Record<string, unknown>>
  /** Forgets everything, so that tests can share the database. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openTestQueue(): Promise<TestQueue> {
  const database = await createTestDatabase()
  const { pool } = database
  const clients: pg.PoolClient[] = []
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect()
    clients.push(client)
    return client
  }
  const worker = await connect()
  const claimNext: TestQueue['claim'] = (changes) =>
    claim(worker, { maxRawBytes: 1e9, leaseMs: 60_000, floor: new ClaimFloor(), ...changes })
  return {
    pool,
    worker,
    connect,
    append: (...payloads) => appendGroup(pool, buildGroup(payloads)),
    claim: claimNext,
    async claimSome(changes) {
      const claimed = await claimNext(changes)
      assert.ok(claimed !== undefined, 'there was nothing to claim')
      return claimed
    },
    makeVisible: async () => {
      await pool.query('update otel.ingestion_queue set visible_at = clock_timestamp() where state = 0')
    },
    async row(bodyId) {
      const result = await pool.query<Record<string, unknown>>(
        'select * from otel.ingestion_queue where id = $1',
        [bodyId],
      )
      assert.equal(result.rows.length, 1)
      return result.rows[0]!
    },
    empty: async () => {
      await pool.query('truncate otel.body, otel.ingestion_queue, otel.dead_letter, otel.ledger_counter')
    },
    async close() {
      for (const client of clients) client.release()
      await database.drop()
    },
  }
}

/** A payload of so many spans that begins with `name`. */
export function makePayload(
  name: string,
  changes: { spanCount?: number; rawBytes?: number; traceHashes?: readonly number[] } = {},
): IncomingPayload {
  const { spanCount = 1, rawBytes = name.length, traceHashes = [] } = changes
  const bytes = Buffer.alloc(rawBytes, '.')
  bytes.write(name)
  return { bytes, spanCount, traceHashes }
}

/** What an attempt came to: nothing, but for the changes. */
export function settledCounts(changes: Partial<SettledCounts> = {}): SettledCounts {
  return {
    storedPayloads: 0,
    duplicatePayloads: 0,
    storedSpans: 0,
    duplicateSpans: 0,
    replacedSpans: 0,
    ...changes,
  }
}

export const testFailure = { code: 'test_failure', message: 'it failed' }

/** Fails unless accepted = stored + duplicate + replaced + pending + dead + discarded + expired, in both units. */
export async function assertBooksBalance(
  database: pg.Pool | pg.ClientBase,
): Promise<Record<LedgerLine['unit'], LedgerLine>> {
  const lines = await readLedger(database)
  for (const line of lines) {
    const { unit, accepted, stored, duplicate, replaced, pending, dead, discarded, expired } = line
    const all = stored + duplicate + replaced + pending + dead + discarded + expired
    assert.equal(accepted, all, `${unit}: ${accepted} accepted, ${all} accounted for`)
  }
  const [payloads, spans] = ['payloads', 'spans'].map((unit) => lines.find((line) => line.unit === unit)!)
  return { payloads: payloads!, spans: spans! }
}

export function bodyIdsOf(claimed: Claim | undefined): bigint[] {
  return claimed?.bodies.map((body) => body.bodyId) ?? []
}
