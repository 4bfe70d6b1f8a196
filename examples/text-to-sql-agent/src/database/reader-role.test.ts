// What chinook_reader can do with a connection of its own: more than the MCP server lets it, and still nothing but read.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { startMusicServer, type MusicServer } from './music-database.fixture.ts'
import { openMusicDatabase } from './open-music-database.ts'

/** insufficient_privilege */
const denied = '42501'

const attempts: readonly string[] = [
  "insert into genre values (99, 'x')",
  "update genre set name = 'x'",
  'delete from genre',
  'truncate genre',
  'with gone as (delete from genre returning *) select * from gone',
  'alter table genre add x integer',
  'drop table genre',
  'begin; lock table genre',
  'create table x ()',
  'create temp table x ()',
  'create schema x',
  'create database x',
  'create extension dblink',
  'create role x',
  'alter role chinook_reader superuser',
  'alter role chinook_reader connection limit 100',
  'alter system set fsync = off',
  'set role holdfast',
  'set session authorization holdfast',
  "set temp_file_limit = '1TB'",
  "copy genre to program 'id'",
  "copy genre from program 'id'",
  "copy genre to '/tmp/genre'",
  'select * from pg_authid',
  'select * from pg_hba_file_rules',
  "select pg_read_file('/etc/passwd')",
  "select pg_ls_dir('/')",
  "select lo_import('/etc/passwd')",
  "select lo_from_bytea(0, 'x')",
  'select pg_sleep(100)',
  "select set_config('statement_timeout', '0', false)",
  'select pg_advisory_lock(1)',
  "select pg_notify('x', 'y')",
  'select pg_terminate_backend(pg_backend_pid())',
  "select query_to_xml('select 1', true, true, '')",
  'select pg_reload_conf()',
]

describe('chinook_reader', () => {
  let server: MusicServer
  before(async () => {
    server = await startMusicServer()
  })
  after(() => server.close())

  /** The SQLSTATE of what comes of it, or `none`. */
  async function tryAsReader(database: string, sql: string): Promise<string> {
    const client = new pg.Client(server.music.readerUrl.replace('/chinook?', `/${database}?`))
    try {
      await client.connect()
      await client.query('set default_transaction_read_only = off') // anyone may; what counts is the privileges
      await client.query(sql)
      return 'none'
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error
      return String(error.code)
    } finally {
      await client.end()
    }
  }

  test('reads every table, picks at random, and is read-only, with a time-out, from the start', async () => {
    const client = new pg.Client(server.music.readerUrl)
    await client.connect()
    for (const table of server.music.tables)
      await client.query(`select * from ${table} order by random() limit 1`)
    const { rows } = await client.query<Record<string, string>>(
      `select current_setting('transaction_read_only') as read_only, current_setting('statement_timeout') as timeout`,
    )
    await client.end()
    assert.deepEqual(rows, [{ read_only: 'on', timeout: '5s' }])
  })

  for (const sql of attempts) {
    test(`cannot: ${sql}`, async () => {
      assert.equal(await tryAsReader('chinook', sql), denied)
    })
  }

  test("cannot connect to Holdfast's database or any other, nor to one that was made later", async () => {
    for (const database of ['holdfast', 'postgres', 'template1']) {
      assert.equal(await tryAsReader(database, 'select 1'), denied)
    }
    await server.asAdmin('postgres', 'create database made_later')
    await openMusicDatabase(server)
    assert.equal(await tryAsReader('made_later', 'select 1'), denied)
  })

  test('has ten connections and no eleventh', async () => {
    const clients = Array.from({ length: 10 }, () => new pg.Client(server.music.readerUrl))
    await Promise.all(clients.map((client) => client.connect()))
    assert.equal(await tryAsReader('chinook', 'select 1'), '53300')
    await Promise.all(clients.map((client) => client.end()))
  })
})
