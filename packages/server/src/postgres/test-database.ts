// A database of one's own for a test: a clone of a migrated template, on a real server.
//
//   const database = await createTestDatabase()
//   after(() => database.drop())
//
// `npm test` starts one server for all files. A file run by itself (`node --test x.test.ts`) starts its own, which takes
// about a second; HOLDFAST_TEST_POSTGRES=15 in front of it runs it on the oldest supported server.
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { openLog } from '../log.ts'
import { openPool, type DatabaseTarget } from './pool.ts'
import { embeddedConnection } from './postmaster.ts'
import {
  readTestedMajor,
  startTestServer,
  templateDatabase,
  testServerVariable,
  type TestServer,
} from './test-server.ts'

export interface TestDatabase {
  readonly target: DatabaseTarget
  readonly pool: pg.Pool
  /** Ends `pool` and drops the database. Rejects when the test left another connection open. Idempotent. */
  drop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A closed connection leaves pg_stat_activity a moment after the client's end() resolves; a leaked one never does. */
const leaveWithinMs = 2_000

let ownServer: Promise<TestServer> | undefined
let count = 0

after(async () => {
  const server = await ownServer
  await server?.stop()
})

/** Makes a database with the newest schema and no rows; takes about 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const socketDir = process.env[testServerVariable] ?? (await startOwnServer()).socketDir
  const name = `test_${process.pid}_${++count}`
  await runAsAdmin(socketDir, (admin) => admin.query(`create database ${name} template ${templateDatabase}`))
  const target = { connection: embeddedConnection(socketDir, name), embedded: true }
  // A broken connection is part of some tests; the query that was on it rejects by itself.
  const pool = openPool(target, { name: 'test', max: 10, onError: () => undefined })

  const endAndDrop = async (): Promise<void> => {
    await pool.end()
    await runAsAdmin(socketDir, async (admin) => {
      const leaked = await waitForConnectionsToLeave(admin, name)
      await admin.query(`drop database ${name} with (force)`)
      if (leaked.length > 0) {
        throw new Error(`the test left connections open: ${leaked.join(', ')}; end their pools or clients`)
      }
    })
  }
  let dropping: Promise<void> | undefined
  const drop = (): Promise<void> => (dropping ??= endAndDrop())
  return { target, pool, drop, [Symbol.asyncDispose]: drop }
}

function startOwnServer(): Promise<TestServer> {
  return (ownServer ??= startTestServer(openLog('warn'), readTestedMajor()))
}

async function runAsAdmin(socketDir: string, run: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client(embeddedConnection(socketDir, 'postgres'))
  await admin.connect()
  try {
    await run(admin)
  } finally {
    await admin.end()
  }
}

async function waitForConnectionsToLeave(admin: pg.Client, database: string): Promise<readonly string[]> {
  const giveUpAt = performance.now() + leaveWithinMs
  for (;;) {
    const { rows } = await admin.query<{ name: string }>(
      `select application_name as name from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [database],
    )
    if (rows.length === 0 || performance.now() > giveUpAt) return rows.map((row) => row.name)
    await delay(10)
  }
}
