import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { assertBooksBalance } from '../queue/test-queue.ts'
import { makeRunning, makeSpan, newTraceId } from '../store/conformance/example-spans.ts'
import type { Span } from '../trace/span.ts'
import { persistClaim } from './persist-batch.ts'
import { countSpans, openTestPersist, refuseSpansNamed, type TestPersist } from './test-persist.ts'

const spansOf = (count: number, changes: Partial<Span> = {}): Span[] => {
  const traceId = newTraceId()
  return Array.from({ length: count }, () => makeSpan({ traceId, ...changes }))
}

describe('persisting a claim', () => {
  let persist: TestPersist
  before(async () => {
    persist = await openTestPersist()
  })
  after(() => persist.close())
  afterEach(async () => {
    persist.troubles.length = persist.persisted.length = 0
    await persist.queue.empty()
  })

  const stateOf = async (bodyId: bigint): Promise<unknown[]> => {
    const row = await persist.queue.row(bodyId)
    return [row['state'], row['attempts'], row['error_code']]
  }

  test('stores its spans, settles its bodies and books both', async () => {
    const [a, b, c] = [spansOf(3), spansOf(2), spansOf(1)]
    await persist.append(a, b)
    await persist.append(c)
    await persist.persistNext()
    for (const spans of [a, b, c])
      assert.equal(await countSpans(persist.store, spans[0]!.traceId), spans.length)
    const { payloads, spans } = await assertBooksBalance(persist.pool)
    assert.deepEqual([payloads.stored, payloads.pending, spans.stored, spans.pending], [3n, 0n, 6n, 0n])
    assert.deepEqual(
      persist.persisted.map(({ bodies, payloads, spans, duplicateSpans }) => [
        ...[bodies, payloads, spans, duplicateSpans],
      ]),
      [[2, 3, 6, 0]],
    )
  })

  test('books copies as duplicates and running spans as replaced', async () => {
    const spans = spansOf(3)
    await persist.append(spans.map(makeRunning))
    await persist.persistNext()
    await persist.append(spans.slice(0, 2), spans.slice(0, 2))
    await persist.persistNext()
    assert.equal(await countSpans(persist.store, spans[0]!.traceId), 3)
    const books = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.spans.stored, books.spans.replaced, books.spans.duplicate], [3n, 2n, 2n])
    assert.deepEqual([books.payloads.stored, books.payloads.duplicate], [2n, 1n])
  })

  test('writes nothing when another has taken the claim over', async () => {
    const spans = spansOf(2)
    await persist.append(spans)
    const late = await persist.queue.claimSome()
    await persist.queue.makeVisible()
    await persist.persistNext()
    await persistClaim(persist.context, late)
    assert.equal(await countSpans(persist.store, spans[0]!.traceId), 2)
    assert.deepEqual(
      persist.troubles.map((trouble) => trouble.what),
      ['lease-lost'],
    )
    const books = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.spans.stored, books.spans.duplicate], [2n, 0n])
  })

  test('persists the bodies it still holds when it lost one of them', async () => {
    const { bodyId: lost } = await persist.append(spansOf(1))
    const { bodyId: kept } = await persist.append(spansOf(1))
    const claimed = await persist.queue.claimSome()
    await persist.pool.query('update otel.ingestion_queue set visible_at = now() where id = $1', [lost])
    await persist.queue.claimSome()
    await persistClaim(persist.context, claimed)
    assert.deepEqual(await stateOf(kept), [1, 1, null])
    assert.deepEqual(await stateOf(lost), [0, 2, null])
    assert.deepEqual(
      persist.troubles.map(({ what, bodyId }) => [what, bodyId]),
      [
        ['batch-failed', undefined],
        ['lease-lost', lost],
      ],
    )
  })

  test('tries a batch that failed body by body: the neighbours of a bad one are stored', async () => {
    const allow = await refuseSpansNamed(persist.pool, 'bad')
    const { bodyId: first } = await persist.append(spansOf(2))
    const { bodyId: bad } = await persist.append(spansOf(2, { name: 'bad' }))
    const { bodyId: last } = await persist.append(spansOf(2))
    await persist.persistNext()
    await allow()
    assert.deepEqual(await stateOf(first), [1, 1, null])
    assert.deepEqual(await stateOf(bad), [0, 1, 'P0001'])
    assert.deepEqual(await stateOf(last), [1, 1, null])
    const { spans } = await assertBooksBalance(persist.pool)
    assert.deepEqual([spans.stored, spans.pending], [4n, 2n])
    await persist.persistAll()
    assert.deepEqual(await stateOf(bad), [1, 2, null])
  })

  test('says of a failure its code and never what was in the payload', async () => {
    const allow = await refuseSpansNamed(persist.pool, 'secret')
    const { bodyId } = await persist.append(spansOf(1, { name: 'secret' }))
    await persist.persistNext()
    await allow()
    const { error_message: message } = await persist.queue.row(bodyId)
    assert.equal(message, 'the database refused the rows (SQLSTATE P0001)')
    assert.doesNotMatch(JSON.stringify(persist.troubles.map(({ message }) => message)), /secret|test/)
  })

  test('gives bodies back uncounted when the trouble is the database’s own', async () => {
    const { bodyId } = await persist.append(spansOf(1))
    await persist.pool.query(`
      create function run_full() returns trigger language plpgsql as $$
      begin raise exception using errcode = 'disk_full', message = 'no space left'; end $$;
      create trigger run_full before insert on otel.span_row for each row execute function run_full()`)
    await persist.persistNext()
    await persist.pool.query('drop trigger run_full on otel.span_row')
    assert.deepEqual(await stateOf(bodyId), [0, 0, null])
    assert.deepEqual(
      persist.troubles.map((trouble) => trouble.what),
      ['database'],
    )
    await persist.persistAll()
    assert.deepEqual(await stateOf(bodyId), [1, 1, null])
  })

  test('that cannot be read for its connection broke is left to the lease', async () => {
    const spans = spansOf(1)
    await persist.append(spans)
    const client = await persist.pool.connect()
    client.on('error', () => undefined) // the driver tells a broken connection by event, too
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const claimed = await persist.queue.claimSome()
    await persist.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
    await assert.rejects(persistClaim({ ...persist.context, client }, claimed))
    client.release(true)
    await persist.persistAll()
    assert.equal(await countSpans(persist.store, spans[0]!.traceId), 1)
  })

  test('that holds another number of spans than was accepted is refused, not stored in part', async () => {
    const { bodyId } = await persist.append(spansOf(3))
    const other = await persist.append(spansOf(3))
    await persist.pool.query(
      `update otel.ingestion_queue set payloads[2] = 2, span_count = 2 where id = $1`,
      [bodyId],
    )
    await persist.persistNext()
    assert.deepEqual(await stateOf(bodyId), [0, 1, 'span_count'])
    assert.deepEqual(await stateOf(other.bodyId), [1, 1, null])
  })
})
