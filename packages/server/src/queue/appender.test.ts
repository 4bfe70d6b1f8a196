import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { openLog } from '../log.ts'
import { openPool, type DatabaseTarget } from '../postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { openAppender, type Appender, type AppenderOptions, type AppendOutcome } from './appender.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import { locatePayload } from './park.ts'
import { readBodies } from './read-bodies.ts'
import { assertBooksBalance, makePayload } from './test-queue.ts'

const log = openLog('silent')
const poison = 666

describe('the appender', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let backlog: Backlog
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
    backlog = await openBacklog(pool, { maxBytes: 1e12, maxPayloads: 1e9 }, log)
  })
  after(async () => {
    await backlog.close()
    await database.drop()
  })

  const open = (changes: Partial<AppenderOptions> = {}): Appender =>
    openAppender({ pool, backlog, log, onAppended: () => undefined, ...changes })

  /** Opens an appender that commits one group at a time, and lets payloads gather behind the first. */
  async function gather(count: number, changes: Partial<AppenderOptions> = {}) {
    const appender = open({ maxConcurrentCommits: 1, ...changes })
    const unblock = await blockInserts(pool)
    const outcomes = Array.from({ length: count }, (_, i) =>
      appender.append(makePayload(`payload ${i}`, { spanCount: i + 1, traceHashes: [i] })),
    )
    return { appender, unblock, outcomes }
  }

  test('says committed when any other connection sees the payload', async () => {
    const appender = open()
    const other = openPool(database.target, { name: 'other', max: 4, onError: () => undefined })
    const seen = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const { bodyId, ordinal } = committed(await appender.append(makePayload(`mine ${i}`)))
        const client = await other.connect()
        try {
          const { rows } = await client.query<{ arrival_day: string; payloads: number[] }>(
            'select arrival_day, payloads from otel.ingestion_queue where id = $1',
            [bodyId],
          )
          const bytes = await readBodies(client, [{ bodyId, arrivalDay: rows[0]!.arrival_day }])
          const at = locatePayload(rows[0]!, ordinal)
          return String(Buffer.from(bytes.get(bodyId) as Uint8Array).subarray(at.rawFrom, at.rawTo))
        } finally {
          client.release()
        }
      }),
    )
    await other.end()
    assert.deepEqual(
      seen,
      Array.from({ length: 60 }, (_, i) => `mine ${i}`),
    )
    await appender.close()
  })

  test('commits what gathers during a commit as one body, each payload under its own ordinal', async () => {
    const { unblock, outcomes } = await gather(6)
    await unblock()
    const places = (await Promise.all(outcomes)).map(committed)
    const [first, ...rest] = places
    assert.equal(first!.ordinal, 0)
    assert.deepEqual(
      rest.map(({ ordinal }) => ordinal),
      [0, 1, 2, 3, 4],
    )
    assert.equal(new Set(rest.map(({ bodyId }) => bodyId)).size, 1)
    assert.notEqual(first!.bodyId, rest[0]!.bodyId)
    const { rows } = await pool.query<{ payload_count: number; span_count: number; trace_hashes: number[] }>(
      'select payload_count, span_count, trace_hashes from otel.ingestion_queue where id = $1',
      [rest[0]!.bodyId],
    )
    assert.deepEqual(rows, [
      { payload_count: 5, span_count: 2 + 3 + 4 + 5 + 6, trace_hashes: [1, 2, 3, 4, 5] },
    ])
  })

  test('closes a group before it would exceed its bytes; a larger payload travels alone', async () => {
    const { appender, unblock, outcomes } = await gather(5, { maxGroupBytes: 2 * 'payload 0'.length })
    const large = appender.append(makePayload('large', { rawBytes: 1000 }))
    await unblock()
    const ids = (await Promise.all([...outcomes, large])).map((outcome) => committed(outcome).bodyId)
    assert.equal(ids[1], ids[2])
    assert.equal(ids[3], ids[4])
    assert.equal(new Set(ids).size, 4)
  })

  test('wakes the coordinator once a commit, when the body can be claimed', async () => {
    const visible: Promise<boolean>[] = []
    const countBodies = async (): Promise<number> => {
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from otel.body')
      return rows[0]!.count
    }
    const before = await countBodies()
    const appender = open({
      onAppended: () => void visible.push(countBodies().then((count) => count > before)),
    })
    const outcome = committed(await appender.append(makePayload('wake')))
    assert.equal(outcome.ordinal, 0)
    assert.deepEqual(await Promise.all(visible), [true])
  })

  test('appends a refused group payload by payload: only the one that is refused is not acknowledged', async () => {
    await pool.query(`
      create function refuse() returns trigger language plpgsql as $$
      begin
        if ${poison} = any(new.trace_hashes) then raise exception 'refused by the test'; end if;
        return new;
      end $$;
      create trigger refuse before insert on otel.ingestion_queue for each row execute function refuse()`)
    const { appender, unblock, outcomes } = await gather(3)
    const refused = appender.append(makePayload('refused', { traceHashes: [poison] }))
    const last = appender.append(makePayload('last'))
    await unblock()
    for (const outcome of await Promise.all([...outcomes, last])) committed(outcome)
    assert.equal(refusal(await refused).reason, 'unavailable')
    const { rows } = await pool.query(`select from otel.ingestion_queue where ${poison} = any(trace_hashes)`)
    assert.equal(rows.length, 0)
    await assertBooksBalance(pool)
    await pool.query('drop trigger refuse on otel.ingestion_queue')
  })

  test('acknowledges what came with a warning that is not about replication', async () => {
    await pool.query(`
      create function warn() returns trigger language plpgsql as $$
      begin raise warning 'vacuum soon'; return new; end $$;
      create trigger warn before insert on otel.ingestion_queue for each row execute function warn()`)
    committed(await open().append(makePayload('warned')))
    await pool.query('drop trigger warn on otel.ingestion_queue')
  })

  test('counts what it accepts in the transaction that holds it', async () => {
    const before = await assertBooksBalance(pool)
    const { unblock, outcomes } = await gather(4)
    const during = await assertBooksBalance(pool)
    assert.equal(during.payloads.accepted, before.payloads.accepted)
    await unblock()
    await Promise.all(outcomes)
    const { payloads, spans } = await assertBooksBalance(pool)
    assert.equal(payloads.accepted - before.payloads.accepted, 4n)
    assert.equal(spans.accepted - before.spans.accepted, 1n + 2n + 3n + 4n)
    assert.equal(spans.pending - before.spans.pending, 1n + 2n + 3n + 4n)
  })

  test('makes the partition of the day when there is none, also when several need it at once', async () => {
    const { rows } = await pool.query<{ child: string }>(
      `select inhrelid::regclass::text as child from pg_inherits where inhparent in
         ('otel.body'::regclass, 'otel.ingestion_queue'::regclass, 'otel.span_row'::regclass)`,
    )
    for (const { child } of rows) await pool.query(`drop table ${child}`)
    await pool.query('truncate otel.ledger_counter')
    const appenders = Array.from({ length: 4 }, () => open())
    const outcomes = await Promise.all(appenders.map((one, i) => one.append(makePayload(`day ${i}`))))
    assert.equal(new Set(outcomes.map((outcome) => committed(outcome).bodyId)).size, 4)
    assert.equal((await assertBooksBalance(pool)).payloads.pending, 4n)
  })

  test('commits what it took before it closes, then refuses', async () => {
    const { appender, unblock, outcomes } = await gather(5)
    const closed = appender.close()
    assert.equal(refusal(await appender.append(makePayload('late'))).reason, 'stopping')
    await unblock()
    await closed
    const waiting = Symbol('waiting')
    for (const outcome of outcomes) {
      const known = await Promise.race([outcome, Promise.resolve(waiting)])
      assert.ok(known !== waiting, 'closed before a payload was answered')
      committed(known)
    }
  })

  test('refuses while the backlog is full, saying when to come back', async () => {
    const { payloads } = await assertBooksBalance(pool)
    const limits = { maxBytes: 1e12, maxPayloads: Number(payloads.pending) + 2 }
    const small = await openBacklog(pool, limits, log)
    const appender = open({ backlog: small })
    committed(await appender.append(makePayload('one')))
    committed(await appender.append(makePayload('two')))
    const refused = refusal(await appender.append(makePayload('three')))
    assert.equal(refused.reason, 'backlog')
    assert.ok(refused.retryAfterMs >= 1000 && refused.retryAfterMs <= 60_000)
    await pool.query('update otel.ingestion_queue set state = 1, next_ordinal = payload_count')
    await waitFor(() => small.refusal() === undefined)
    committed(await appender.append(makePayload('three')))
    await small.close()
  })

  test('refuses while the database is away, and goes on when it is back', async () => {
    const admin = new pg.Client({ ...database.target.connection, database: 'postgres' })
    await admin.connect()
    const name = databaseOf(database.target)
    const appender = open()
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, i) => appender.append(makePayload(`away ${i}`))),
    )
    for (const outcome of outcomes) {
      const refused = refusal(outcome)
      assert.equal(refused.reason, 'unavailable')
      assert.ok(refused.retryAfterMs > 0)
    }
    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()
    await waitFor(async () => (await appender.append(makePayload('back'))).kind === 'committed')
  })
})

function committed(outcome: AppendOutcome): Extract<AppendOutcome, { kind: 'committed' }> {
  assert.ok(outcome.kind === 'committed', outcome.kind === 'refused' ? outcome.message : '')
  return outcome
}

function refusal(outcome: AppendOutcome): Extract<AppendOutcome, { kind: 'refused' }> {
  assert.ok(outcome.kind === 'refused', 'the payload was committed')
  return outcome
}

/** Makes every append wait until the returned function is called. */
async function blockInserts(pool: pg.Pool): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('begin')
  await client.query('lock table otel.body in share mode')
  return async () => {
    await client.query('commit')
    client.release()
  }
}

function databaseOf(target: DatabaseTarget): string {
  assert.ok(target.connection.database !== undefined)
  return target.connection.database
}
