import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { openLog } from '../log.ts'
import { openAppender, type Appender } from './appender.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import { borrowBodies } from './borrow-bodies.ts'
import { HandoverReader, HandoverWriter, makeHandoverMemory } from './handover.ts'
import { makePayload, openTestQueue, type TestQueue } from './test-queue.ts'

const log = openLog('silent')

describe('borrowing the bytes of claimed bodies', () => {
  let queue: TestQueue
  let backlog: Backlog
  before(async () => {
    queue = await openTestQueue()
    backlog = await openBacklog(queue.pool, { maxBytes: 1e12, maxPayloads: 1e9 }, log)
  })
  after(async () => {
    await backlog.close()
    await queue.close()
  })
  afterEach(() => queue.empty())

  function open(totalBytes = 1000): { appender: Appender; reader: HandoverReader } {
    const memory = makeHandoverMemory(totalBytes)
    const handover = new HandoverWriter(memory)
    const appender = openAppender({ pool: queue.pool, backlog, handover, log, onAppended: () => undefined })
    return { appender, reader: new HandoverReader(memory, 1) }
  }

  async function borrowAll(reader: HandoverReader | undefined): Promise<(string | Error | undefined)[]> {
    const { bodies } = await queue.claimSome()
    return borrowBodies(queue.worker, bodies, reader, async (bytes) =>
      bodies.map(({ bodyId }) => {
        const read = bytes.get(bodyId)
        return read instanceof Uint8Array ? Buffer.from(read).toString() : read
      }),
    )
  }

  test('takes from memory what this process has committed, and from the database what it has not', async () => {
    const { appender, reader } = open()
    await appender.append(makePayload('mine'))
    await queue.append(makePayload('of another server'))
    // Only to tell where the bytes came from.
    await queue.pool.query('delete from otel.body where id = (select min(id) from otel.body)')
    assert.deepEqual(await borrowAll(reader), ['mine', 'of another server'])
  })

  test('finds the same bytes in both', async () => {
    const { appender, reader } = open()
    for (const name of ['one', 'two']) await appender.append(makePayload(name))
    assert.deepEqual(await borrowAll(reader), ['one', 'two'])
    await queue.makeVisible()
    assert.deepEqual(await borrowAll(undefined), ['one', 'two'])
  })

  test('gives memory back when the work is done, also when it failed', async () => {
    const { appender, reader } = open()
    await appender.append(makePayload('mine'))
    const { bodies } = await queue.claimSome()
    const failing = borrowBodies(queue.worker, bodies, reader, () => Promise.reject(new Error('failed')))
    await assert.rejects(failing, { message: 'failed' })
    assert.equal(reader.take(bodies[0]!.handoverKey!), undefined)
    await queue.makeVisible()
    assert.deepEqual(await borrowAll(reader), ['mine'])
  })

  test('goes to the database for what did not fit into memory', async () => {
    const { appender, reader } = open(16)
    await appender.append(makePayload('too large for a quarter of it'))
    assert.deepEqual(await borrowAll(reader), ['too large for a quarter of it'])
  })
})
