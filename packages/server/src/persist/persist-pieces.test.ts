import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { assertBooksBalance } from '../queue/test-queue.ts'
import { makeSpan, newTraceId } from '../store/conformance/example-spans.ts'
import type { Span } from '../trace/span.ts'
import { persistClaim } from './persist-batch.ts'
import { countSpans, openTestPersist, refuseSpansNamed, toPayload, type TestPersist } from './test-persist.ts'

const maxAttempts = 4

const spansOf = (count: number, changes: Partial<Span> = {}): Span[] => {
  const traceId = newTraceId()
  return Array.from({ length: count }, () => makeSpan({ traceId, ...changes }))
}

describe('a group that fails', () => {
  let persist: TestPersist
  before(async () => {
    persist = await openTestPersist(maxAttempts)
  })
  after(() => persist.close())
  afterEach(async () => {
    persist.troubles.length = persist.persisted.length = 0
    await persist.queue.empty()
  })

  const count = (spans: readonly Span[]): Promise<number> => countSpans(persist.store, spans[0]!.traceId)

  async function deadLetters() {
    const { rows } = await persist.pool.query<{
      ordinal: number
      span_count: number
      attempts: number
      error_code: string
      bytes: Buffer
    }>(
      'select ordinal, span_count, attempts, error_code, bytes from otel.dead_letter order by body_id, ordinal',
    )
    return rows
  }

  /** One claim, whose worker dies before it settles anything. */
  async function crash(): Promise<void> {
    await persist.queue.makeVisible()
    await persist.queue.claimSome()
  }

  test('is persisted payload by payload from its third attempt on, and the one that cannot be is parked', async () => {
    const allow = await refuseSpansNamed(persist.pool, 'bad')
    const good = [spansOf(2), spansOf(3), spansOf(1)]
    const bad = spansOf(4, { name: 'bad' })
    const { bodyId } = await persist.append(good[0]!, good[1]!, bad, good[2]!)
    const states: unknown[] = []
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await persist.queue.makeVisible()
      await persist.persistNext()
      const row = await persist.queue.row(bodyId)
      states.push([row['state'], row['next_ordinal'], row['error_code']])
      await assertBooksBalance(persist.pool)
      if (row['state'] === 1) break
    }
    // Whole twice, then in pieces: the first two are through at the third attempt, the bad one has its own tries.
    assert.deepEqual(states, [
      [0, 0, 'P0001'],
      [0, 0, 'P0001'],
      [0, 2, 'P0001'],
      [0, 2, 'P0001'],
    ])
    await persist.persistAll()
    await allow()
    const row = await persist.queue.row(bodyId)
    assert.deepEqual([row['state'], row['next_ordinal'], row['error_code']], [1, 4, null])
    const dead = await deadLetters()
    assert.deepEqual(
      dead.map((letter) => [letter.ordinal, letter.span_count, letter.error_code]),
      [[2, 4, 'P0001']],
    )
    assert.deepEqual(zstdDecompressSync(dead[0]!.bytes), Buffer.from(toPayload(bad).bytes))
    assert.deepEqual(await Promise.all(good.map(count)), [2, 3, 1])
    assert.equal(await count(bad), 0)
    const books = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.payloads.stored, books.payloads.dead], [3n, 1n])
    assert.deepEqual([books.spans.stored, books.spans.dead], [6n, 4n])
  })

  test('parks what kills its worker again and again as worker_lost; its neighbours are stored', async () => {
    const good = [spansOf(2), spansOf(3)]
    const deadly = spansOf(1, { name: 'deadly' })
    const { bodyId } = await persist.append(good[0]!, deadly, good[1]!)
    await crash()
    await crash()
    // From the third on the body comes in pieces: the first payload is through, and then comes the deadly one.
    const allow = await refuseSpansNamed(persist.pool, 'deadly')
    await persist.queue.makeVisible()
    await persist.persistNext()
    await allow()
    assert.equal((await persist.queue.row(bodyId))['next_ordinal'], 1)
    for (let n = 0; n < maxAttempts; n++) {
      await crash()
      await assertBooksBalance(persist.pool)
    }
    await persist.persistAll()
    assert.deepEqual(
      (await deadLetters()).map((letter) => [letter.ordinal, letter.error_code]),
      [[1, 'worker_lost']],
    )
    assert.deepEqual(await Promise.all([...good, deadly].map(count)), [2, 3, 0])
    const books = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.payloads.stored, books.payloads.dead, books.payloads.pending], [2n, 1n, 0n])
  })

  test('is not parked for the database’s own trouble, however often that comes', async () => {
    const spans = spansOf(2)
    const { bodyId } = await persist.append(spans, spansOf(1))
    await crash()
    await crash()
    await persist.pool.query(`
      create function run_full() returns trigger language plpgsql as $$
      begin raise exception using errcode = 'disk_full', message = 'no space left'; end $$;
      create trigger run_full before insert on otel.span_row for each row execute function run_full()`)
    for (let n = 0; n < 3 * maxAttempts; n++) {
      await persist.queue.makeVisible()
      await persist.persistNext()
    }
    await persist.pool.query('drop trigger run_full on otel.span_row')
    assert.equal((await persist.queue.row(bodyId))['attempts'], 2)
    assert.deepEqual(await deadLetters(), [])
    await persist.persistAll()
    assert.equal(await count(spans), 2)
  })

  test('for its bytes are damaged or gone has all its payloads parked, with the reason', async () => {
    const { bodyId: damaged } = await persist.append(spansOf(1), spansOf(2))
    const { bodyId: gone } = await persist.append(spansOf(3))
    await persist.pool.query(`update otel.body set bytes = '\\x00' where id = $1`, [damaged])
    await persist.pool.query('delete from otel.body where id = $1', [gone])
    const neighbour = spansOf(1)
    await persist.append(neighbour)
    await persist.persistAll()
    assert.deepEqual(
      (await deadLetters()).map((letter) => [letter.ordinal, letter.span_count, letter.error_code]),
      [
        [0, 1, 'body_unreadable'],
        [1, 2, 'body_unreadable'],
        [0, 3, 'body_missing'],
      ],
    )
    assert.equal(await count(neighbour), 1)
    const { spans } = await assertBooksBalance(persist.pool)
    assert.deepEqual([spans.stored, spans.dead, spans.pending], [1n, 6n, 0n])
  })

  test('whose dead letter is refused is given back, and parked when it is not', async () => {
    const allow = await refuseSpansNamed(persist.pool, 'bad')
    const { bodyId } = await persist.append(spansOf(1, { name: 'bad' }))
    await persist.pool.query('alter table otel.dead_letter add constraint refuse check (body_id < 0)')
    for (let n = 0; n < maxAttempts + 2; n++) {
      await persist.queue.makeVisible()
      await persist.persistNext()
    }
    assert.deepEqual(await deadLetters(), [])
    const row = await persist.queue.row(bodyId)
    assert.deepEqual([row['state'], row['error_code']], [0, '23514'])
    await persist.pool.query('alter table otel.dead_letter drop constraint refuse')
    await persist.persistAll()
    await allow()
    assert.equal((await deadLetters()).length, 1)
    await assertBooksBalance(persist.pool)
  })

  test('and has lost its lease before it parks leaves the payload to the other', async () => {
    const { bodyId } = await persist.append(spansOf(1))
    for (let n = 0; n <= maxAttempts; n++) await crash()
    await persist.queue.makeVisible()
    const late = await persist.queue.claimSome()
    await persist.queue.makeVisible()
    await persist.persistNext()
    await persistClaim(persist.context, late)
    assert.deepEqual(
      persist.troubles.map(({ what, bodyId }) => [what, bodyId]),
      [
        ['parked', bodyId],
        ['lease-lost', bodyId],
      ],
    )
    assert.equal((await deadLetters()).length, 1)
  })
})
