import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Journey, Ledger, Queue, QueueItem } from './contract.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const id = (digit: string): string => digit.repeat(32)

describe('what the Query API tells of a payload on its way', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
  })
  after(() => api.close())

  const journeyOf = (traceId: string): Promise<Journey> => api.get(`/api/v1/traces/${traceId}/journey`)

  async function spoilBody(bodyId: string): Promise<void> {
    await api.database.pool.query(`update otel.body set bytes = '\\x00', codec = 1 where id = $1`, [bodyId])
  }

  test('a trace that nobody sent was never seen', async () => {
    const { state, explanation, payloads } = await journeyOf(id('1'))
    assert.equal(state, 'never_seen')
    assert.equal(explanation, 'never seen, or older than the retention')
    assert.deepEqual(payloads, [])
  })

  test('it is pending once acknowledged, and persisted once its spans can be queried', async () => {
    await api.accept([exampleSpan({ traceId: id('2') })])
    const pending = await journeyOf(id('2'))
    assert.equal(pending.state, 'pending')
    assert.equal(pending.span_count, 0)
    assert.deepEqual(
      pending.payloads.map(({ state, ordinal, span_count }) => ({ state, ordinal, span_count })),
      [{ state: 'pending', ordinal: 0, span_count: 1 }],
    )
    await api.persist()
    const persisted = await journeyOf(id('2'))
    assert.equal(persisted.state, 'persisted')
    assert.equal(persisted.span_count, 1)
    const payload = persisted.payloads[0]!
    assert.ok(payload.persisted_at !== null && payload.persisted_at >= payload.received_at)
    assert.equal(payload.body_id, pending.payloads[0]!.body_id)
  })

  test('one that fails is retrying with its reason, and lies dead in the end', async () => {
    await api.accept([exampleSpan({ traceId: id('3'), spanId: '3'.repeat(16) })])
    await spoilBody((await journeyOf(id('3'))).payloads[0]!.body_id)
    await api.persist()
    const retrying = await journeyOf(id('3'))
    assert.equal(retrying.state, 'retrying')
    assert.equal(retrying.payloads[0]!.error_code, 'body_unreadable')
    assert.notEqual(retrying.payloads[0]!.next_attempt_at, null)
    let state: Journey['state'] = retrying.state
    for (let attempt = 0; attempt < 10 && state === 'retrying'; attempt++) {
      await api.persist()
      state = (await journeyOf(id('3'))).state
    }
    const dead = await journeyOf(id('3'))
    assert.equal(dead.state, 'dead')
    assert.notEqual(dead.payloads[0]!.parked_at, null)
    assert.equal(dead.payloads[0]!.error_code, 'body_unreadable')
  })

  test('of several payloads, the trace is where the one is that got least far', async () => {
    await api.accept([exampleSpan({ traceId: id('4'), spanId: '4'.repeat(16) })])
    await api.persist()
    await api.accept([exampleSpan({ traceId: id('4'), spanId: '5'.repeat(16) })])
    const { state, span_count, payloads } = await journeyOf(id('4'))
    assert.equal(state, 'pending')
    assert.equal(span_count, 1)
    assert.deepEqual(
      payloads.map((payload) => payload.state),
      ['persisted', 'pending'],
    )
  })

  test('the books balance with something in every account that a payload can reach by itself', async () => {
    await api.accept([exampleSpan({ traceId: id('4'), spanId: '4'.repeat(16) })]) // sent twice
    await api.persist()
    await api.accept([exampleSpan({ traceId: id('6'), spanId: '6'.repeat(16) })])
    const ledger = await api.get<Ledger>('/api/v1/ledger')
    assert.equal(ledger.balanced, true)
    assert.deepEqual(ledger.payloads, {
      accepted: 6,
      stored: 3,
      duplicate: 1,
      replaced: 0,
      pending: 1,
      dead: 1,
      discarded: 0,
      expired: 0,
      balanced: true,
    })
    const { body } = await api.app.inject('/metrics')
    assert.match(body, /^holdfast_ledger{unit="spans",account="accepted"} 6$/m)
    assert.match(body, /^holdfast_ledger_balanced 1$/m)
    assert.match(body, /^holdfast_queue_pending_payloads 1$/m)
    assert.match(body, /^holdfast_dead_letters 1$/m)
    assert.match(body, /^holdfast_database_up 1$/m)
  })

  test('books that do not balance are said not to', async () => {
    const client = api.database.pool
    await client.query('update otel.ledger_counter set accepted_spans = accepted_spans + 1')
    const ledger = await api.get<Ledger>('/api/v1/ledger')
    assert.equal(ledger.balanced, false)
    assert.equal(ledger.payloads.balanced, true)
    assert.equal(ledger.spans.balanced, false)
  })

  test('the queue shows what waits, and by state what does not', async () => {
    const waiting = await api.get<Queue>('/api/v1/queue')
    assert.equal(waiting.depth.pending_payloads, 1)
    assert.equal(waiting.depth.dead_payloads, 1)
    assert.deepEqual(
      waiting.items.map((item) => item.state),
      ['pending'],
    )
    const settled: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page: Queue = await api.get(`/api/v1/queue?state=settled&limit=2${after}`)
      settled.push(...page.items.map((item) => item.id))
      assert.ok(page.items.every((item) => item.visible_at === null && item.settled_at !== null))
      cursor = page.next_cursor
    }
    assert.equal(settled.length, 5)
    assert.deepEqual(
      settled,
      [...settled].sort((a, b) => Number(b) - Number(a)),
    )
    const item = await api.get<QueueItem>(`/api/v1/queue/${waiting.items[0]!.id}`)
    assert.deepEqual(item, waiting.items[0])
  })
})
