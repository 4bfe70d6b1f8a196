import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { readBodies } from './read-bodies.ts'
import { makePayload, openTestQueue, type TestQueue } from './test-queue.ts'

describe('reading whole bodies', () => {
  let queue: TestQueue
  before(async () => {
    queue = await openTestQueue()
  })
  after(() => queue.close())
  afterEach(() => queue.empty())

  test('gives the payloads end to end, of one frame and of many', async () => {
    const sizes = [3, 200_000, 5, 150_000, 4]
    const large = await queue.append(...sizes.map((rawBytes) => makePayload('p', { rawBytes })))
    const small = await queue.append(makePayload('one'), makePayload('two'))
    const read = await readBodies(queue.worker, [large, small])
    assert.deepEqual(read.get(small.bodyId), Buffer.from('onetwo'))
    const raw = Buffer.concat(sizes.map((rawBytes) => makePayload('p', { rawBytes }).bytes))
    assert.ok(raw.equals(read.get(large.bodyId) as Buffer))
  })

  test('leaves out a body that is gone', async () => {
    const here = await queue.append(makePayload('here'))
    const gone = await queue.append(makePayload('gone'))
    await queue.pool.query('delete from otel.body where id = $1', [gone.bodyId])
    assert.deepEqual([...(await readBodies(queue.worker, [here, gone])).keys()], [here.bodyId])
  })

  test('gives an error for a body that is damaged, and its neighbours as they are', async () => {
    const here = await queue.append(makePayload('here'))
    const damages = [
      `bytes = '\\x00'`,
      `bytes = substring(bytes from 2)`,
      `frames = '{}'`,
      `raw_bytes = raw_bytes + 1`,
      `frames = array[frames[1], 1000000000, frames[3]]`,
    ]
    for (const damage of damages) {
      const damaged = await queue.append(makePayload('damaged'))
      await queue.pool.query(`update otel.body set ${damage} where id = $1`, [damaged.bodyId])
      const read = await readBodies(queue.worker, [here, damaged])
      assert.deepEqual(read.get(here.bodyId), Buffer.from('here'))
      const error = read.get(damaged.bodyId)
      assert.ok(error instanceof Error && /cannot be decompressed/.test(error.message), damage)
    }
  })

  test('refuses a day that is none, for it stands in the statement', async () => {
    const { bodyId } = await queue.append(makePayload('p'))
    await assert.rejects(readBodies(queue.worker, [{ bodyId, arrivalDay: `'; select 1 --` }]), RangeError)
  })
})
