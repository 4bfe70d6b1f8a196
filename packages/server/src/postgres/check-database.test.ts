import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type pg from 'pg'
import { checkDatabase, type DatabaseFault } from './check-database.ts'
import { findSharedBackend } from './find-shared-backend.ts'
import { connectClient, type DatabaseTarget } from './pool.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

describe('checkDatabase', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  function withConnection(changes: pg.ClientConfig): DatabaseTarget {
    return { ...database.target, connection: { ...database.target.connection, ...changes } }
  }

  async function expectFault(target: DatabaseTarget, code: DatabaseFault, message: RegExp): Promise<void> {
    const check = await checkDatabase(target, { acceptUnsafeDurability: code !== 'not_durable' })
    assert.equal(check.ok, false)
    assert.equal(check.code, code)
    assert.match(check.message, message)
  }

  test('refuses a server without fsync (the test server is one), unless that is accepted', async () => {
    await expectFault(database.target, 'not_durable', /fsync and full_page_writes off/)
    const accepted = await checkDatabase(database.target, { acceptUnsafeDurability: true })
    assert.equal(accepted.ok, true)
    assert.match(accepted.warnings.join(), /loses acknowledged spans/)
  })

  test('refuses a server that cannot be reached, without showing the password', async () => {
    const target = withConnection({ host: '/nowhere', password: 'hidden-word' })
    await expectFault(target, 'unreachable', /^(?!.*hidden-word).*Check DATABASE_URL/)
  })

  test('refuses a database that does not exist, in the words of the server', async () => {
    await expectFault(
      withConnection({ database: 'nothing' }),
      'unreachable',
      /database "nothing" does not exist \(3D000\)/,
    )
  })

  test('refuses where transactions are read-only', async () => {
    await expectFault(
      withConnection({ options: '-c default_transaction_read_only=on' }),
      'read_only',
      /default_transaction_read_only to off/,
    )
  })

  test('refuses an encoding other than UTF8', async () => {
    const name = `ascii_${process.pid}`
    await database.pool.query(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`)
    await expectFault(withConnection({ database: name }), 'wrong_encoding', /SQL_ASCII/)
    await database.pool.query(`drop database ${name} with (force)`)
  })

  test('refuses a role that may not use the schema, and says what to grant', async () => {
    const role = `stranger_${process.pid}`
    await database.pool.query(`create role ${role} login`)
    await expectFault(
      withConnection({ user: role }),
      'no_privilege',
      /grant usage on schema otel to stranger_/,
    )
    await database.pool.query(`drop role ${role}`)
  })
})

describe('findSharedBackend', () => {
  test('is true when two clients get one server process, and false when each has its own', async () => {
    await using database = await createTestDatabase()
    const opened: pg.Client[] = []
    const connect = async (): Promise<pg.Client> => {
      const client = await connectClient(database.target, { name: 'shared', onError: () => undefined })
      opened.push(client)
      return client
    }
    const first = await connect()
    assert.equal(await findSharedBackend(first, connect), false)
    // What a transaction pooler does with two clients.
    assert.equal(await findSharedBackend(first, () => Promise.resolve(first)), true)
    await Promise.all(opened.map((client) => client.end()))
  })
})
