import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTelemetry } from '@holdfast/telemetry'
import { startMusicServer, type MusicServer } from '../database/music-database.fixture.ts'
import { readTable, readTables } from './read-tables.ts'
import { searchRelevantTables } from './search-relevant-tables.ts'
import { openShopReader, type ShopReader } from './shop-reader.ts'

const telemetry = createTelemetry({ serviceName: 'test', backend: 'memory' })

describe("the shop's tables", () => {
  let server: MusicServer
  let reader: ShopReader
  before(async () => {
    server = await startMusicServer()
    reader = openShopReader(server.music.readerUrl, telemetry)
  })
  after(async () => {
    await reader.close()
    await server.close()
  })

  const search = (question: string, limit = 4) => searchRelevantTables(reader, question, limit)
  const namesFor = async (question: string, limit?: number): Promise<readonly string[]> =>
    (await search(question, limit)).tables.map(({ table }) => table)

  for (const [question, expected] of Object.entries({
    'How many tracks are there per genre?': ['genre', 'track'],
    'Which artist has the most albums?': ['artist', 'album'],
    'Which countries spend the most?': ['invoice', 'customer'],
    'customers in Brazil': ['customer', 'invoice'],
    'Who is the manager of Jane?': ['employee'],
    'best selling albums': ['album', 'invoice_line'],
    'Hip Hop': ['genre'],
    'ACDC records': ['album', 'artist'],
  })) {
    test(`begin with ${expected.join(' and ')} for: ${question}`, async () => {
      assert.deepEqual((await namesFor(question)).slice(0, expected.length), expected)
    })
  }

  test('are found the same for singular and plural, and for any case', async () => {
    assert.deepEqual(
      await search('Which COUNTRIES have customers'),
      await search('which country has a customer'),
    )
  })

  test('come with reasons, columns and the conditions that join them, and those between them', async () => {
    const { tables, joins } = await search('revenue by genre')
    assert.deepEqual(
      tables.map(({ table, because }) => [table, because]),
      [
        ['genre', ['its name is genre']],
        ['invoice', ['said of it: revenue, amount in dollars']],
        ['track', ['column genre_id']],
        ['invoice_line', ['connects genre and invoice']],
      ],
    )
    assert.deepEqual(joins, [
      'invoice_line.invoice_id = invoice.invoice_id',
      'invoice_line.track_id = track.track_id',
      'track.genre_id = genre.genre_id',
    ])
    assert.deepEqual(tables[0]?.columns, [
      { name: 'genre_id', type: 'integer' },
      { name: 'name', type: 'text' },
    ])
  })

  test('are at most as many as asked for, beside those between them', async () => {
    assert.deepEqual(await namesFor('customers, genres, artists and playlists', 1), ['artist'])
  })

  test('are none for a question about something else, for numbers, and for SQL there is no harm in', async () => {
    for (const question of ['the weather of tomorrow', '1 2 3', '', `'; drop schema search; --`]) {
      const { tables, note } = await search(question)
      assert.deepEqual(
        [question, tables, note],
        [question, [], 'No table has a word of this. list_tables gives all.'],
      )
    }
  })

  test('are described with keys in both directions, and with the values of columns that have few', async () => {
    const track = await readTable(reader, 'TRACK')
    assert.equal(track.rows, 3503)
    assert.deepEqual(track.primary_key, ['track_id'])
    assert.deepEqual(track.columns.at(-1), {
      name: 'unit_price',
      type: 'numeric(10,2)',
      nullable: false,
      comment: 'what it costs today, in dollars',
    })
    assert.deepEqual(
      track.foreign_keys.map(({ references_table }) => references_table),
      ['album', 'media_type', 'genre'],
    )
    assert.deepEqual(
      track.referenced_by.map(({ table }) => table),
      ['playlist_track', 'invoice_line'],
    )
    const mediaType = await readTable(reader, 'media_type')
    assert.equal(mediaType.columns[1]?.values?.length, 5)
  })

  test('have a key of two columns in the order of the key', async () => {
    assert.deepEqual((await readTable(reader, 'playlist_track')).primary_key, ['playlist_id', 'track_id'])
  })

  test('are eleven; a name that is none is answered with all of them', async () => {
    const tables = await readTables(reader)
    assert.deepEqual(tables.map(({ table }) => table).sort(), [...server.music.tables].sort())
    await assert.rejects(
      readTable(reader, 'song'),
      /There is no table "song"\. There are: album, artist, customer, /,
    )
  })
})
