import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  chmod,
  chown,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { canReach } from './cluster.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import { openEmbeddedServer, type EmbeddedServer } from './embedded-server.ts'
import { isPostmasterOf } from './orphan.ts'
import { openPool, type DatabaseTarget } from './pool.ts'
import { findServerUser } from './system-user.ts'
import { waitFor } from './wait-for.ts'

const log = pino({ level: 'silent' })
const fixture = fileURLToPath(new URL('embedded-server.fixture.ts', import.meta.url))

interface Answer {
  readonly target?: DatabaseTarget
  readonly code?: string
  readonly message?: string
}

describe('openEmbeddedServer', () => {
  let dir: string
  let dataDir: string
  let children: ChildProcess[]
  let servers: EmbeddedServer[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast embedded ')) // 0700, as mkdtemp makes it, and with spaces
    dataDir = join(dir, 'my data')
    children = []
    servers = []
  })
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL')
    for (const server of servers) await server.close()
    await rm(dir, { recursive: true, force: true })
  })

  async function open(at = dataDir): Promise<EmbeddedServer> {
    const server = await openEmbeddedServer({ dataDir: at, log })
    servers.push(server)
    return server
  }

  async function openInChild(...args: string[]): Promise<{ child: ChildProcess; answer: Answer }> {
    const child = spawn(process.execPath, [fixture, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    assert.ok(child.stdout)
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return { child, answer: JSON.parse(line) as Answer }
  }

  async function query(target: DatabaseTarget, sql: string): Promise<unknown[]> {
    const pool = openPool(target, { name: 'test', max: 1, onError: () => undefined })
    try {
      return (await pool.query<Record<string, unknown>>(sql)).rows
    } finally {
      await pool.end()
    }
  }

  async function readPostmasterPid(): Promise<number> {
    const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')
    return Number(text.split('\n')[0])
  }

  test('keeps what was committed over a restart, with durable settings, and listens on no TCP port', async () => {
    const first = await open()
    await query(first.target, 'create table kept as select 7 as n')
    await first.close()
    const second = await open()
    assert.deepEqual(await query(second.target, 'select n from kept'), [{ n: 7 }])
    assert.deepEqual(
      await query(
        second.target,
        `select name, setting from pg_settings
         where name in ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit', 'data_checksums') order by name`,
      ),
      [
        { name: 'data_checksums', setting: 'on' },
        { name: 'fsync', setting: 'on' },
        { name: 'full_page_writes', setting: 'on' },
        { name: 'listen_addresses', setting: '' },
        { name: 'synchronous_commit', setting: 'on' },
      ],
    )
  })

  test("the operator's settings at the end of postgresql.conf win over ours", async () => {
    await (await open()).close()
    await appendFile(join(dataDir, 'postgres', 'postgresql.conf'), "work_mem = '7MB'\n")
    const server = await open()
    assert.deepEqual(await query(server.target, 'show work_mem'), [{ work_mem: '7MB' }])
  })

  test('refuses a second server on the same data, in this process or another, naming the holder', async () => {
    await open()
    await assert.rejects(
      open(),
      new RegExp(`Another Holdfast is running on .*my data \\(pid ${process.pid}, since `),
    )
    const { answer } = await openInChild(dataDir)
    assert.equal(answer.code, 'data_in_use')
    assert.match(answer.message ?? '', new RegExp(`pid ${process.pid},`))
  })

  test('after kill -9 of its Holdfast the orphaned PostgreSQL is replaced and nothing is lost', async () => {
    const { child, answer } = await openInChild(dataDir)
    assert.ok(answer.target)
    await query(answer.target, 'create table kept as select 7 as n')
    const orphan = await readPostmasterPid()
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.ok(await isPostmasterOf(orphan, join(dataDir, 'postgres')), 'PostgreSQL outlived its parent')
    const server = await open()
    assert.equal(await isPostmasterOf(orphan, join(dataDir, 'postgres')), false)
    assert.deepEqual(await query(server.target, 'select n from kept'), [{ n: 7 }])
  })

  test('after kill -9 of both, a postmaster.pid whose pid went to another program does not block', async () => {
    const { child } = await openInChild(dataDir)
    const postmaster = await readPostmasterPid()
    child.kill('SIGKILL')
    process.kill(postmaster, 'SIGKILL')
    await waitFor(async () => !(await isPostmasterOf(postmaster, join(dataDir, 'postgres'))))
    // Of PostgreSQL's own user: only such a process can it mistake for a server.
    const user = findServerUser()
    const stranger = spawn('sleep', ['600'], user === undefined ? {} : { uid: user.uid, gid: user.gid })
    children.push(stranger)
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    const lines = (await readFile(pidFile, 'utf8')).split('\n')
    await writeFile(pidFile, [String(stranger.pid), ...lines.slice(1)].join('\n'))
    const server = await open()
    assert.deepEqual(await query(server.target, 'select 1 as one'), [{ one: 1 }])
    assert.equal(stranger.exitCode, null, 'the other program was left alone')
  })

  test('a PostgreSQL that is killed comes back by itself, and the same pool goes on', async () => {
    const server = await open()
    const pool = openPool(server.target, { name: 'survivor', max: 2, onError: () => undefined })
    await pool.query('create table kept as select 7 as n')
    const startedAt = `select pg_postmaster_start_time()::text as started_at, n from kept`
    const [before] = (await pool.query<{ started_at: string; n: number }>(startedAt)).rows
    process.kill(await readPostmasterPid(), 'SIGKILL')
    // Backends of the killed server may answer a last time.
    await waitFor(async () => {
      const [answer] = await Promise.allSettled([pool.query<{ started_at: string; n: number }>(startedAt)])
      const row = answer.status === 'fulfilled' ? answer.value.rows[0] : undefined
      return row?.n === 7 && row.started_at !== before?.started_at
    })
    await pool.end()
  })

  test('a first start that was killed half-way is begun anew', async () => {
    await (await open()).close()
    await rm(join(dataDir, 'postgres', 'PG_VERSION'))
    await rm(join(dataDir, 'postgres', 'postgresql.conf'))
    await rename(join(dataDir, 'postgres'), join(dataDir, 'postgres.unfinished'))
    const server = await open()
    assert.deepEqual(await query(server.target, 'select 1 as one'), [{ one: 1 }])
    assert.deepEqual((await readdir(dataDir)).sort(), ['lock', 'lock.holder', 'postgres'])
  })

  test('refuses data of another major version, and a directory that is no database', async () => {
    await (await open()).close()
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n')
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof EmbeddedServerError)
      assert.equal(error.code, 'data_of_another_version')
      assert.match(error.message, /made by PostgreSQL 15, and this Holdfast brings 18/)
      return true
    })
    await rm(join(dataDir, 'postgres', 'PG_VERSION'))
    await assert.rejects(open(), { code: 'data_not_ours' })
  })

  test('a path too long for a socket gets its socket in the temporary folder, until it closes', async () => {
    const server = await open(join(dir, 'a'.repeat(100)))
    const socketDir = String(server.target.connection.host)
    assert.ok(socketDir.startsWith(tmpdir()))
    assert.deepEqual(await query(server.target, 'select 1 as one'), [{ one: 1 }])
    await server.close()
    await assert.rejects(lstat(socketDir), { code: 'ENOENT' })
  })

  test('runs for an ordinary user, who cannot open what belongs to another', async (t) => {
    const user = findServerUser()
    if (user === undefined || !(await canReach(user, fixture))) {
      t.diagnostic(
        'not root, or in a folder closed to others: the other tests are what an ordinary user gets',
      )
      return
    }
    await chown(dir, user.uid, user.gid)
    const ids = [String(user.uid), String(user.gid)]
    const { child, answer } = await openInChild(dataDir, ...ids)
    assert.ok(answer.target, answer.message)
    await query(answer.target, 'create table kept as select 7 as n')
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
    // Root opens the same data as its owner, and leaves it usable for them.
    const asRoot = await open()
    assert.deepEqual(await query(asRoot.target, 'select n from kept'), [{ n: 7 }])
    await asRoot.close()
    assert.equal((await lstat(join(dataDir, 'postgres', 'holdfast.conf'))).uid, user.uid)
    await chown(join(dataDir, 'postgres'), user.uid + 1, user.gid)
    await chmod(dataDir, 0o755)
    const refused = await openInChild(dataDir, ...ids)
    assert.equal(refused.answer.code, 'data_not_ours')
  })
})
