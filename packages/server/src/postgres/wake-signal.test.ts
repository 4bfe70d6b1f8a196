import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { pino } from 'pino'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { waitFor } from './wait-for.ts'
import { openWakeSignal, wakeChannel } from './wake-signal.ts'

const log = pino({ level: 'silent' })

describe('openWakeSignal', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  test('wakes the other server and not itself, once for a burst', async () => {
    let here = 0
    let there = 0
    const own = openWakeSignal({ target: database.target, log, onWake: () => here++ })
    const other = openWakeSignal({ target: database.target, log, onWake: () => there++ })
    await waitFor(() => here === 1 && there === 1) // both have connected
    for (let n = 0; n < 1000; n++) own.notify()
    await waitFor(() => there === 2)
    // A signal of a third party comes after all of ours, in order.
    await database.pool.query(`notify ${wakeChannel}`)
    await waitFor(() => there === 3 && here === 2)
    assert.deepEqual([here, there], [2, 3])
    await own.close()
    await other.close()
  })

  test('connects again when its connection is cut, and wakes for what it may have missed', async () => {
    let woken = 0
    const signal = openWakeSignal({ target: database.target, log, onWake: () => woken++ })
    await waitFor(() => woken === 1)
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'holdfast-wake'`,
    )
    await waitFor(() => woken === 2)
    await database.pool.query(`notify ${wakeChannel}`)
    await waitFor(() => woken === 3)
    await signal.close()
  })

  test('notify and close work while there is no server', async () => {
    const nowhere = { connection: { ...database.target.connection, host: '/nowhere' }, embedded: true }
    const signal = openWakeSignal({ target: nowhere, log, onWake: () => assert.fail('woken by nobody') })
    signal.notify()
    await signal.close()
  })
})
