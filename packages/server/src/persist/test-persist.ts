// A queue, the PostgreSQL store and a persist context over a real database, for tests. Payloads go in as the door takes
// them: encoded, inspected, appended.
import assert from 'node:assert/strict'
import type pg from 'pg'
import { inspectTraces } from '../otlp/inspect.ts'
import { encodeSpans } from '../otlp/test-payload.ts'
import { appendGroup, type AppendedGroup } from '../queue/append-group.ts'
import type { IncomingPayload } from '../queue/incoming-payload.ts'
import { buildGroup } from '../queue/build-group.ts'
import { claim, ClaimFloor } from '../queue/claim.ts'
import { openTestQueue, type TestQueue } from '../queue/test-queue.ts'
import { openPostgresTraceStore } from '../store/postgres/postgres-trace-store.ts'
import type { TraceStore } from '../store/trace-store.ts'
import type { Span } from '../trace/span.ts'
import { persistClaim, type PersistContext, type Persisted, type Trouble } from './persist-batch.ts'

export interface TestPersist {
  readonly queue: TestQueue
  readonly pool: pg.Pool
  readonly store: TraceStore
  /** On the connection of queue.claim. */
  readonly context: PersistContext
  readonly persisted: Persisted[]
  readonly troubles: Trouble[]
  /** Commits payloads, a list of spans each, as one body. */
  append(...payloads: readonly (readonly Span[])[]): Promise<AppendedGroup>
  /** Claims and persists once. @returns false when there was nothing */
  persistNext(context?: PersistContext): Promise<boolean>
  /** Persists until nothing waits, also what rests after a failure. */
  persistAll(): Promise<void>
  close(): Promise<void>
}

export async function openTestPersist(maxAttempts = 4): Promise<TestPersist> {
  const queue = await openTestQueue()
  const { pool } = queue
  const store = openPostgresTraceStore({ pool })
  const persisted: Persisted[] = []
  const troubles: Trouble[] = []
  const context: PersistContext = {
    client: queue.worker,
    store,
    maxAttempts,
    onPersisted: (one) => void persisted.push(one),
    onTrouble: (one) => void troubles.push(one),
  }
  const persistNext: TestPersist['persistNext'] = async (own = context) => {
    const claimed = await claim(own.client, { maxRawBytes: 1e9, leaseMs: 60_000, floor: new ClaimFloor() })
    if (claimed !== undefined) await persistClaim(own, claimed)
    return claimed !== undefined
  }
  return {
    queue,
    pool,
    store,
    context,
    persisted,
    troubles,
    append: (...payloads) => appendGroup(pool, buildGroup(payloads.map(toPayload))),
    persistNext,
    async persistAll() {
      for (;;) {
        await queue.makeVisible()
        if (!(await persistNext())) return
      }
    },
    close: () => queue.close(),
  }
}

/** The payload as the door hands it to the appender. */
export function toPayload(spans: readonly Span[]): IncomingPayload {
  const inspection = inspectTraces(encodeSpans(spans))
  assert.ok(inspection.ok && inspection.rejectedSpans === 0)
  return inspection
}

/** Spans the store shows of a trace, as far as counting goes: its list and its summary have to agree. */
export async function countSpans(store: TraceStore, traceId: string): Promise<number> {
  const rows = await store.listSpans(traceId, { limit: 10_000 })
  const summary = await store.findTrace(traceId)
  assert.equal(summary?.spanCount ?? 0, rows.length)
  assert.equal(new Set(rows.map((row) => row.spanId)).size, rows.length)
  return rows.length
}

/** Makes the insert of any span with this name fail, as a bug or a full index would. */
export async function refuseSpansNamed(pool: pg.Pool, name: string): Promise<() => Promise<void>> {
  await pool.query(`
    create or replace function refuse_span() returns trigger language plpgsql as $$
    begin
      if (select o.name from otel.operation o where o.id = new.operation_id) = '${name}' then
        raise exception 'refused by the test';
      end if;
      return new;
    end $$;
    create trigger refuse_span before insert on otel.span_row for each row execute function refuse_span()`)
  return async () => {
    await pool.query('drop trigger refuse_span on otel.span_row')
  }
}
