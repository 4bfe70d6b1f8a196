import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startMusicServer, type MusicServer } from './music-database.fixture.ts'
import { openMusicDatabase } from './open-music-database.ts'

const rowsOfTables = {
  ...{ album: 347, artist: 275, customer: 59, employee: 8, genre: 25, invoice: 412, invoice_line: 2240 },
  ...{ media_type: 5, playlist: 18, playlist_track: 8715, track: 3503 },
}

describe('openMusicDatabase', () => {
  let server: MusicServer
  before(async () => {
    server = await startMusicServer()
  })
  after(() => server.close())

  async function countRows(): Promise<Record<string, number>> {
    const counts = server.music.tables.map(
      (table) => `select '${table}' as table, count(*)::int from ${table}`,
    )
    const rows = await server.asAdmin<{ table: string; count: number }>(
      'chinook',
      `${counts.join(' union all ')} order by 1`,
    )
    return Object.fromEntries(rows.map(({ table, count }) => [table, count]))
  }

  const readTrackOid = () => server.asAdmin('chinook', `select 'track'::regclass::oid as oid`)

  test('loads 11 tables with 15 607 rows, letters beyond ASCII and nulls among them', async () => {
    const counts = await countRows()
    assert.deepEqual(counts, rowsOfTables)
    assert.equal(
      Object.values(counts).reduce((sum, count) => sum + count, 0),
      15_607,
    )
    assert.deepEqual(
      await server.asAdmin(
        'chinook',
        'select first_name, state, company from customer where customer_id in (1, 2)',
      ),
      [
        { first_name: 'Luís', state: 'SP', company: 'Embraer - Empresa Brasileira de Aeronáutica S.A.' },
        { first_name: 'Leonie', state: null, company: null },
      ],
    )
    assert.deepEqual(
      await server.asAdmin(
        'chinook',
        `select min(invoice_date)::date::text as first, max(invoice_date)::date::text as last, sum(total)::text from invoice`,
      ),
      [{ first: '2007-01-01', last: '2011-12-22', sum: '2328.60' }],
    )
  })

  test('opening it again changes nothing', async () => {
    const before = await readTrackOid()
    assert.deepEqual(await openMusicDatabase(server), server.music)
    assert.deepEqual(await readTrackOid(), before)
  })

  test('a database that was made and never filled is filled', async () => {
    await server.asAdmin('postgres', 'drop database chinook with (force)')
    await server.asAdmin('postgres', 'create database chinook')
    await server.asAdmin('chinook', 'create table artist (half integer)')
    await openMusicDatabase(server)
    assert.deepEqual(await countRows(), rowsOfTables)
  })

  test('a database of another version is made anew', async () => {
    await server.asAdmin('chinook', `comment on schema public is 'chinook 1'; delete from invoice_line`)
    await openMusicDatabase(server)
    assert.deepEqual(await countRows(), rowsOfTables)
  })

  test('what fails half-way leaves the database as it was', async () => {
    await server.asAdmin(
      'chinook',
      `comment on schema public is 'chinook 1';
       create table only_here ();
       create schema fence;
       create function fence.refuse() returns event_trigger language plpgsql as $$ begin raise 'not today'; end $$;
       create event trigger fence on ddl_command_start when tag in ('COMMENT') execute function fence.refuse()`,
    )
    await assert.rejects(openMusicDatabase(server), /not today/)
    assert.deepEqual(await server.asAdmin('chinook', `select to_regclass('only_here')::text as found`), [
      { found: 'only_here' },
    ])
    await server.asAdmin('chinook', 'drop event trigger fence; drop schema fence cascade')
    await openMusicDatabase(server)
    assert.deepEqual(await countRows(), rowsOfTables)
  })
})
