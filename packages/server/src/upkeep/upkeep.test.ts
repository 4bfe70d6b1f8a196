import { describe, test } from 'node:test'
import { openLog } from '../log.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { makePayload, openTestQueue } from '../queue/test-queue.ts'
import { openUpkeep } from './upkeep.ts'

describe('upkeep', () => {
  test('does its chores while it leads, a chore that fails included, and stops', async () => {
    const queue = await openTestQueue()
    let failures = 0
    const log = openLog('silent')
    log.warn = () => void failures++
    const upkeep = openUpkeep(queue.pool, log)
    await queue.append(makePayload('a'))
    await queue.claimSome()
    await queue.pool.query('alter function otel.make_partition rename to gone')
    upkeep.start()
    upkeep.start()
    await waitFor(() => failures === 1)
    // A backend that cannot be: the claim is freed at the first turn or at a later one.
    await queue.pool.query('update otel.ingestion_queue set lease_pid = -1')
    await waitFor(async () => (await queue.claim()) !== undefined)
    await upkeep.stop()
    await upkeep.stop()
    await queue.pool.query('alter function otel.gone rename to make_partition')
    upkeep.start()
    await waitFor(async () => {
      const { rows } = await queue.pool.query<{ count: number }>(
        `select count(*)::int as count from pg_inherits where inhparent = 'otel.body'::regclass`,
      )
      return rows[0]!.count === 4
    })
    await upkeep.stop()
    await queue.close()
  })
})
