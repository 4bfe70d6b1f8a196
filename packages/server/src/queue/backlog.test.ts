import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { openLog } from '../log.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import { makePayload, openTestQueue, type TestQueue } from './test-queue.ts'

const log = openLog('silent')

describe('the backlog', () => {
  let queue: TestQueue
  const opened: Backlog[] = []
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(async () => {
    for (const backlog of opened.splice(0)) await backlog.close()
    await queue.empty()
  })

  async function open(maxBytes: number, maxPayloads: number): Promise<Backlog> {
    const backlog = await openBacklog(queue.pool, { maxBytes, maxPayloads }, log)
    opened.push(backlog)
    return backlog
  }

  test('is full at its bound of payloads, and at its bound of bytes', async () => {
    await queue.append(makePayload('p', { rawBytes: 60 }), makePayload('p', { rawBytes: 40 }))
    assert.equal((await open(101, 3)).refusal(), undefined)
    assert.match((await open(101, 2)).refusal()!.message, /2 payloads, 100 bytes/)
    assert.notEqual((await open(100, 3)).refusal(), undefined)
  })

  test('counts what this server appends before it asks the database again', async () => {
    const backlog = await open(1000, 10)
    backlog.added(999, 1)
    assert.equal(backlog.refusal(), undefined)
    backlog.added(1, 1)
    assert.notEqual(backlog.refusal(), undefined)
  })

  test('has room again once the database says so', async () => {
    await queue.append(makePayload('p', { rawBytes: 100 }))
    const backlog = await open(100, 10)
    assert.notEqual(backlog.refusal(), undefined)
    await queue.pool.query('update otel.ingestion_queue set state = 1, next_ordinal = payload_count')
    await waitFor(() => backlog.refusal() === undefined)
    assert.equal(backlog.depth.pendingBytes, 0)
  })

  test('says when a client may come back: soon while nothing is known, late while nothing drains', async () => {
    await queue.append(makePayload('p', { rawBytes: 100 }))
    const still = await open(1, 10)
    assert.equal(still.refusal()!.retryAfterMs, 3000)
    await waitFor(() => still.refusal()!.retryAfterMs === 60_000)
  })

  test('computes from what drained, over the bound that is reached', async () => {
    await queue.append(...Array.from({ length: 40 }, () => makePayload('p', { rawBytes: 100 })))
    const backlog = await open(1_000_000, 10)
    await queue.pool.query('update otel.ingestion_queue set next_ordinal = 20 where state = 0')
    // 20 payloads in a reading or two, and 11 have to go: a moment, which is said as a second.
    await waitFor(() => backlog.refusal()?.retryAfterMs === 1000)
  })
})
