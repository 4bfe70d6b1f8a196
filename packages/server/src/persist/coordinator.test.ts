import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { openLog } from '../log.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { appendGroup } from '../queue/append-group.ts'
import type { IncomingPayload } from '../queue/incoming-payload.ts'
import { buildGroup } from '../queue/build-group.ts'
import { HandoverWriter, makeHandoverMemory } from '../queue/handover.ts'
import { assertBooksBalance } from '../queue/test-queue.ts'
import { makeSpan, newTraceId } from '../store/conformance/example-spans.ts'
import { openPostgresTraceStore } from '../store/postgres/postgres-trace-store.ts'
import type { Span } from '../trace/span.ts'
import { rescueClaims } from '../upkeep/rescue-claims.ts'
import { openCoordinator, type CoordinatorOptions, type PersistenceCoordinator } from './coordinator.ts'
import type { Persisted } from './persist-batch.ts'
import { countSpans, toPayload } from './test-persist.ts'

const hour = 3_600_000

describe('the coordinator', () => {
  let database: TestDatabase
  let coordinator: PersistenceCoordinator
  let persisted: Persisted[]
  beforeEach(async () => {
    database = await createTestDatabase()
    await database.pool.query(`select otel.make_partition((now() at time zone 'utc')::date)`)
    persisted = []
  })
  afterEach(async () => {
    await coordinator.close(hour)
    await database.drop()
  })

  const handover = makeHandoverMemory(1024 * 1024)
  const handoverWriter = new HandoverWriter(handover)

  function open(changes: Partial<CoordinatorOptions> = {}): void {
    coordinator = openCoordinator({
      ...{ database: database.target, handover, handoverWriter },
      ...{ threads: 2, maxAttempts: 4, maxClaimBytes: 4 * 1024 * 1024, leaseMs: hour, pollMs: 50 },
      threadUrl: new URL('../persist-thread.ts', import.meta.url),
      log: openLog('silent'),
      onPersisted: (one) => void persisted.push(one),
      onTrouble: () => undefined,
      ...changes,
    })
  }

  const append = (...payloads: readonly IncomingPayload[]) => appendGroup(database.pool, buildGroup(payloads))

  async function appendSpans(count = 2): Promise<string> {
    const traceId = newTraceId()
    await append(toPayload(Array.from({ length: count }, (): Span => makeSpan({ traceId }))))
    return traceId
  }

  const count = (traceId: string): Promise<number> =>
    countSpans(openPostgresTraceStore({ pool: database.pool }), traceId)

  async function numberOf(condition: string): Promise<number> {
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from otel.ingestion_queue where ${condition}`,
    )
    return rows[0]!.count
  }

  /** Keeps every COPY of spans waiting until the returned function is called. */
  async function blockWrites(): Promise<() => Promise<void>> {
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query('lock table otel.span_row in share mode')
    return async () => {
      await client.query('commit')
      client.release()
    }
  }

  const blockedWriters = async (): Promise<number> => {
    const { rowCount } = await database.pool.query(
      `select from pg_stat_activity where application_name = 'holdfast-persist' and wait_event_type = 'Lock'
         and datname = current_database()`,
    )
    return rowCount ?? 0
  }

  test('persists what was appended, before it ran and while it runs', async () => {
    const before = await appendSpans(3)
    open()
    await waitFor(async () => (await numberOf('state = 0')) === 0)
    const during = await appendSpans(4)
    await waitFor(async () => (await numberOf('state = 0')) === 0)
    assert.deepEqual([await count(before), await count(during)], [3, 4])
    await waitFor(() => persisted.reduce((sum, one) => sum + one.spans, 0) === 7)
  })

  test('is woken by the signal, not by the poll', async () => {
    open({ pollMs: hour })
    const idle = async (): Promise<number> => {
      const { rowCount } = await database.pool.query(
        `select from pg_stat_activity where application_name = 'holdfast-persist' and state = 'idle'
           and query like '%candidate%' and datname = current_database()`,
      )
      return rowCount ?? 0
    }
    // Both threads have looked into the queue and found nothing.
    await waitFor(async () => (await idle()) === 2)
    const traceId = await appendSpans()
    coordinator.wake()
    await waitFor(async () => (await numberOf('state = 0')) === 0)
    assert.equal(await count(traceId), 2)
  })

  test('replaces a thread that dies of a payload, which is parked; its neighbours are stored', async () => {
    const giant = payloadOfTraces(400_000)
    const neighbour = newTraceId()
    const { bodyId } = await append(giant, toPayload([makeSpan({ traceId: neighbour })]))
    // As if it had ended threads before: one more is enough for the test.
    await database.pool.query('update otel.ingestion_queue set attempts = 3 where id = $1', [bodyId])
    let errors = 0
    const log = openLog('silent')
    log.error = (fields: unknown) => {
      if ((fields as { err?: { code?: string } }).err?.code === 'ERR_WORKER_OUT_OF_MEMORY') errors++
    }
    open({ threads: 1, log })
    const other = await appendSpans()
    await waitFor(async () => {
      await rescueClaims(database.pool)
      return (await numberOf('state = 0')) === 0
    })
    assert.equal(errors, 1)
    assert.equal(coordinator.runningThreads, 1)
    const { rows } = await database.pool.query('select ordinal, span_count, error_code from otel.dead_letter')
    assert.deepEqual(rows, [{ ordinal: 0, span_count: 400_000, error_code: 'worker_lost' }])
    assert.deepEqual([await count(neighbour), await count(other)], [1, 2])
    await assertBooksBalance(database.pool)
  })

  test('goes on when its connections are cut, and nothing is stored twice', async () => {
    open()
    const unblock = await blockWrites()
    const traceIds = [await appendSpans(), await appendSpans()]
    await waitFor(async () => (await blockedWriters()) > 0)
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name in ('holdfast-persist', 'holdfast-dictionary') and datname = current_database()`,
    )
    await unblock()
    await waitFor(async () => {
      await rescueClaims(database.pool)
      return (await numberOf('state = 0')) === 0
    })
    assert.deepEqual(await Promise.all(traceIds.map(count)), [2, 2])
    assert.equal(coordinator.runningThreads, 2)
  })

  test('persists what waits when it closes', async () => {
    open({ maxClaimBytes: 1 })
    const unblock = await blockWrites()
    const traceIds = [await appendSpans(), await appendSpans(), await appendSpans(), await appendSpans()]
    await waitFor(async () => (await blockedWriters()) === 2)
    const closed = coordinator.close(hour)
    await unblock()
    await closed
    assert.deepEqual(await Promise.all(traceIds.map(count)), [2, 2, 2, 2])
    assert.equal(coordinator.runningThreads, 0)
  })

  test('finishes what it claimed when its time to close is over, and claims no more', async () => {
    const outOfTime = Promise.withResolvers<void>()
    const log = openLog('silent')
    log.warn = () => outOfTime.resolve()
    open({ threads: 1, maxClaimBytes: 1, log })
    const unblock = await blockWrites()
    const claimed = await appendSpans()
    await waitFor(async () => (await blockedWriters()) === 1)
    const left = await appendSpans()
    const closed = coordinator.close(1)
    await outOfTime.promise
    await unblock()
    await closed
    assert.deepEqual([await count(claimed), await count(left)], [2, 0])
    assert.deepEqual([await numberOf('state = 0'), await numberOf('lease_token is not null')], [1, 0])
  })

  test('ends threads that do not end in time; their claims are taken up again, once', async () => {
    open({ threads: 1 })
    const unblock = await blockWrites()
    const traceId = await appendSpans()
    await waitFor(async () => (await blockedWriters()) === 1)
    await coordinator.close(1)
    assert.equal(coordinator.runningThreads, 0)
    await unblock()
    open()
    await waitFor(async () => {
      await rescueClaims(database.pool)
      return (await numberOf('state = 0')) === 0
    })
    assert.equal(await count(traceId), 2)
    await assertBooksBalance(database.pool)
  })
})

/** A valid payload with a trace a span: so many that a thread's heap does not hold their summaries. */
function payloadOfTraces(count: number): IncomingPayload {
  const span = Buffer.from(`121c0a10${'00'.repeat(16)}1208${'00'.repeat(8)}`, 'hex')
  const spans = Buffer.alloc(count * span.length)
  for (let at = 0; at < spans.length; at += span.length) {
    span.copy(spans, at)
    randomFillSync(spans, at + 4, 16)
    randomFillSync(spans, at + 22, 8)
  }
  const scope = Buffer.concat([Buffer.from([0x12]), varint(spans.length), spans])
  return {
    bytes: Buffer.concat([Buffer.from([0x0a]), varint(scope.length), scope]),
    spanCount: count,
    traceHashes: [],
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}
