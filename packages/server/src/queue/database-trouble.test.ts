import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase } from '../postgres/test-database.ts'
import { openPool } from '../postgres/pool.ts'
import { isDatabaseTrouble } from './database-trouble.ts'

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code })

/** What the work fails with. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: 'it did not fail' })
}

describe('trouble of the database', () => {
  test('is what would have met any payload: lost connections, locks, resources, shutdown', () => {
    const codes = ['08006', '25006', '40001', '40P01', '53100', '53300', '55P03', '57014', '57P01', '58030']
    for (const code of [...codes, 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT']) {
      assert.equal(isDatabaseTrouble(withCode(code)), true, code)
    }
  })

  test('is not what one payload brings about', () => {
    const codes = ['22021', '22P02', '23505', '23514', '42703', '54000', 'P0001', 'XX000', 'ERR_OUT_OF_RANGE']
    for (const code of codes) assert.equal(isDatabaseTrouble(withCode(code)), false, code)
    assert.equal(isDatabaseTrouble(new TypeError('x is undefined')), false)
    assert.equal(isDatabaseTrouble('a string'), false)
    assert.equal(isDatabaseTrouble(undefined), false)
  })

  test('is known by what the driver really throws', async () => {
    await using database = await createTestDatabase()
    const { pool, target } = database
    const killed = await pool.connect()
    killed.on('error', () => undefined) // the driver tells a broken connection by event, too
    assert.equal(
      isDatabaseTrouble(await failureOf(killed.query('select pg_terminate_backend(pg_backend_pid())'))),
      true,
    )
    assert.equal(isDatabaseTrouble(await failureOf(killed.query('select 1'))), true)
    killed.release(true)
    const nowhere = { ...target, connection: { ...target.connection, host: '/nowhere' } }
    const away = openPool(nowhere, { name: 'away', max: 1, onError: () => undefined })
    assert.equal(isDatabaseTrouble(await failureOf(away.query('select 1'))), true)
    await away.end()
    const absent = new pg.Client({ ...target.connection, host: '127.0.0.1', port: 1 })
    assert.equal(isDatabaseTrouble(await failureOf(absent.connect())), true)
    assert.equal(isDatabaseTrouble(await failureOf(pool.query('select 1/0'))), false)
  })
})
