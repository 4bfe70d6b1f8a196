// A Query API over a real database for tests. Payloads go in as they do in the server: inspected, appended, persisted.
import assert from 'node:assert/strict'
import type pg from 'pg'
import { openLog } from '../log.ts'
import { openMetrics } from '../metrics.ts'
import { inspectTraces } from '../otlp/inspect.ts'
import { encodeSpans } from '../otlp/test-payload.ts'
import { persistClaim } from '../persist/persist-batch.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { openAppender, type Appender } from '../queue/appender.ts'
import { openBacklog, type Backlog } from '../queue/backlog.ts'
import { ByteBudget } from '../queue/byte-budget.ts'
import { claim, ClaimFloor } from '../queue/claim.ts'
import { openPostgresTraceStore } from '../store/postgres/postgres-trace-store.ts'
import type { TraceStore } from '../store/trace-store.ts'
import type { Span } from '../trace/span.ts'
import type { Problem } from './contract.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { buildQueryApp } from './query-api.ts'

export interface TestQueryApi {
  readonly app: QueryApp
  readonly database: TestDatabase
  readonly options: QueryApiOptions
  /** Appends the spans as one payload. */
  accept(spans: readonly Span[]): Promise<void>
  /** Persists everything that waits, also what waits for a retry. One attempt each. */
  persist(): Promise<void>
  /** The body of a 200. */
  get<Body>(url: string): Promise<Body>
  /** The body of a refusal, whose code has to be this. */
  refused(url: string, code: Problem['code'], headers?: Record<string, string>): Promise<Problem>
  close(): Promise<void>
}

export async function openTestQueryApi(changes: Partial<QueryApiOptions> = {}): Promise<TestQueryApi> {
  const database = await createTestDatabase()
  const { pool } = database
  const log = openLog('silent')
  const backlog: Backlog = await openBacklog(pool, { maxBytes: 1e9, maxPayloads: 1e6 }, log)
  const appender: Appender = openAppender({ pool, backlog, log, onAppended: () => undefined })
  const budget = new ByteBudget(256 * 1024 * 1024)
  const store = openPostgresTraceStore({ pool, budget })
  const options: QueryApiOptions = {
    store,
    pool,
    budget,
    host: '127.0.0.1',
    allowedHosts: [],
    port: 0,
    priceLimitMs: 600_000, // no test goes by how fast this machine is
    log,
    isReady: async () => ({ ready: true, checks: { database: 'ok' } }),
    metrics: openMetrics(),
    ...changes,
  }
  const app = await buildQueryApp(options)
  return {
    app,
    database,
    options,
    async accept(spans) {
      const inspection = inspectTraces(encodeSpans(spans))
      assert.ok(inspection.ok)
      const outcome = await appender.append(inspection)
      assert.equal(outcome.kind, 'committed')
    },
    persist: () => persistAll(pool, store),
    async get<Body>(url: string) {
      const response = await app.inject(url)
      assert.equal(response.statusCode, 200, response.body)
      return response.json<Body>()
    },
    async refused(url, code, headers = {}) {
      const response = await app.inject({ url, headers })
      const problem = response.json<Problem>()
      assert.equal(problem.code, code, response.body)
      assert.equal(problem.status, response.statusCode)
      assert.equal(response.headers['content-type'], 'application/problem+json')
      return problem
    },
    async close() {
      await app.close()
      await appender.close()
      await backlog.close()
      await database.drop()
    },
  }
}

async function persistAll(pool: pg.Pool, store: TraceStore): Promise<void> {
  await pool.query('update otel.ingestion_queue set visible_at = clock_timestamp() where state = 0')
  const client = await pool.connect()
  const floor = new ClaimFloor()
  const context = {
    client,
    store,
    maxAttempts: 4,
    onPersisted: () => undefined,
    onTrouble: () => undefined,
  }
  try {
    for (;;) {
      const claimed = await claim(client, { maxRawBytes: 1024 * 1024, leaseMs: 60_000, floor })
      if (claimed === undefined) return
      await persistClaim(context, claimed)
    }
  } finally {
    client.release()
  }
}
