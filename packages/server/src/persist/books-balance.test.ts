// The books balance after every step of any history: payloads come, come again, are claimed, forgotten by workers that
// die, persisted, refused, given back and parked, by several workers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { ClaimFloor, claim, type Claim } from '../queue/claim.ts'
import { release, retryLater } from '../queue/retry.ts'
import { assertBooksBalance } from '../queue/test-queue.ts'
import { makeRunning, makeSpan } from '../store/conformance/example-spans.ts'
import type { Span } from '../trace/span.ts'
import { persistClaim, type PersistContext } from './persist-batch.ts'
import { openTestPersist, refuseSpansNamed, type TestPersist } from './test-persist.ts'

const workers = 3
const hex = (n: number, digits: number): string => (n + 1).toString(16).padStart(digits, '0')

/** One of few spans, so that histories meet the same ones again; every fifth is refused by the database. */
function spanOf(n: number): Span {
  const span = makeSpan({
    traceId: hex(n % 3, 32),
    spanId: hex(n % 11, 16),
    name: n % 5 === 4 ? 'bad' : 'good',
  })
  return n % 2 === 0 ? span : makeRunning(span)
}

const payload = fc.array(fc.nat(29), { minLength: 1, maxLength: 4 })
const worker = fc.nat(workers - 1)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      payloads: fc.array(payload, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      worker,
      maxRawBytes: fc.constantFrom(1, 400, 1e9),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('persist' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), worker }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time passes' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disk' as const), isFull: fc.boolean() }) },
)

describe('the books', () => {
  let persist: TestPersist
  let contexts: PersistContext[]
  before(async () => {
    persist = await openTestPersist()
    contexts = await Promise.all(
      Array.from({ length: workers }, async () => ({
        ...persist.context,
        client: await persist.queue.connect(),
      })),
    )
    await refuseSpansNamed(persist.pool, 'bad')
    await persist.pool.query(`
      create sequence public.written;
      create function run_full() returns trigger language plpgsql as $$
      begin
        if nextval('public.written') % 5 = 0 then raise exception using errcode = 'disk_full', message = 'full'; end if;
        return new;
      end $$;
      create trigger run_full before insert on otel.span_row for each row execute function run_full()`)
  })
  after(() => persist.close())

  /** While the disk is full every fifth row is refused. */
  async function setDisk(isFull: boolean): Promise<void> {
    await persist.pool.query(`alter table otel.span_row ${isFull ? 'enable' : 'disable'} trigger run_full`)
  }

  /** Every payload is in one place, and a body in pieces comes alone. */
  async function checkQueue(): Promise<void> {
    const { rows } = await persist.pool.query(
      `select id from otel.ingestion_queue
       where (state = 1) <> (next_ordinal = payload_count) or (state = 1) <> (settled_at is not null)
          or (state = 1 and lease_token is not null) or attempts < 0
          or (state = 0 and next_ordinal > 0 and attempts < 2) or (next_ordinal = payload_count) <> (settled_spans = span_count)`,
    )
    assert.deepEqual(rows, [])
  }

  test('balance after every step of any history, and nothing is lost or counted twice in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        await persist.queue.empty()
        await setDisk(false)
        await persist.pool.query('truncate otel.span_row, otel.trace_summary')
        const held: (Claim | undefined)[] = []
        for (const one of steps) {
          const index = 'worker' in one ? one.worker : 0
          const context = contexts[index]!
          const claimed = held[index]
          if (one.do === 'append') {
            await persist.append(...one.payloads.map((spans) => spans.map(spanOf)))
          } else if (one.do === 'disk') {
            await setDisk(one.isFull)
          } else if (one.do === 'time passes') {
            await persist.queue.makeVisible()
          } else if (one.do === 'claim') {
            // A worker that claims again has forgotten what it held.
            const options = { maxRawBytes: one.maxRawBytes, leaseMs: 60_000, floor: new ClaimFloor() }
            held[index] = await claim(context.client, options)
          } else if (claimed !== undefined) {
            held[index] = undefined
            if (one.do === 'persist') await persistClaim(context, claimed)
            if (one.do === 'release') await release(context.client, claimed.leaseToken, claimed.bodies, 0)
            if (one.do === 'fail') {
              await retryLater(context.client, claimed.leaseToken, claimed.bodies[0]!, {
                code: 'x',
                message: 'x',
              })
            }
          }
          await assertBooksBalance(persist.pool)
          await checkQueue()
        }
        await setDisk(false)
        await persist.persistAll()
        const { payloads, spans } = await assertBooksBalance(persist.pool)
        assert.deepEqual([payloads.pending, spans.pending], [0n, 0n])
        await checkStored(spans.stored)
      }),
      { numRuns: 25 },
    )
  })

  /** The stored spans are those that were counted, each once, and the summaries say the same. */
  async function checkStored(stored: bigint): Promise<void> {
    const { rows } = await persist.pool.query<{ rows: string; keys: string; summed: string }>(
      `select (select count(*) from otel.span_row) as rows,
              (select count(*) from (select distinct trace_id, span_id from otel.span_row) k) as keys,
              (select coalesce(sum(span_count), 0) from otel.trace_summary) as summed`,
    )
    assert.deepEqual(rows[0], { rows: String(stored), keys: String(stored), summed: String(stored) })
  }
})
