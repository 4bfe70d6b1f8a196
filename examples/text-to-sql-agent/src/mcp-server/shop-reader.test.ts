import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createTelemetry, type FinishedSpan } from '@holdfast/telemetry'
import { startMusicServer, type MusicServer } from '../database/music-database.fixture.ts'
import { answerCall } from './answer-call.ts'
import { openShopReader, type ShopReader } from './shop-reader.ts'

const telemetry = createTelemetry({ serviceName: 'test', backend: 'memory' })

describe('openShopReader', () => {
  let server: MusicServer
  let reader: ShopReader
  let seen: number
  before(async () => {
    server = await startMusicServer()
    reader = openShopReader(server.music.readerUrl, telemetry)
  })
  beforeEach(() => {
    seen = telemetry.finishedSpans().length
  })
  after(async () => {
    await reader.close()
    await server.close()
  })

  const read = (sql: string, collection?: string) =>
    reader.read<{ n: number }>({ sql, ...(collection !== undefined && { collection }) }, async (client) => {
      return (await client.query<{ n: number }>(sql)).rows
    })
  const newSpans = (): readonly FinishedSpan[] => telemetry.finishedSpans().slice(seen)

  test('a call is a CLIENT span by the conventions for databases', async () => {
    await read('select genre_id as n from genre', 'genre')
    const [span, ...others] = newSpans()
    assert.deepEqual(others, [])
    assert.equal(span?.name, 'SELECT genre')
    assert.equal(span.kind, 'CLIENT')
    assert.deepEqual(
      Object.fromEntries(Object.entries(span.attributes).filter(([key]) => /^(db|input)\./.test(key))),
      {
        'db.system.name': 'postgresql',
        'db.namespace': 'chinook',
        'db.operation.name': 'SELECT',
        'db.collection.name': 'genre',
        'db.response.returned_rows': 25,
        'input.value': 'select genre_id as n from genre',
        'input.mime_type': 'text/plain',
      },
    )
  })

  test("an error is told by PostgreSQL's code", async () => {
    await assert.rejects(read('select 1 / 0 as n'), { code: '22012' })
    const [span] = newSpans()
    assert.equal(span?.name, 'SELECT chinook')
    assert.equal(span.status.code, 'ERROR')
    assert.equal(span.attributes['error.type'], '22012')
    assert.equal(span.attributes['db.response.status_code'], '22012')
  })

  test('what a statement sets is gone with its transaction', async () => {
    await reader.read({ sql: 'set' }, async (client) => {
      await client.query(`set statement_timeout = 0; set search_path = nowhere`)
      return []
    })
    const settings = `select current_setting('statement_timeout') || current_setting('search_path') as n`
    assert.deepEqual(await read(settings), [{ n: '5s"$user", public' }])
  })

  test('more calls than there are connections wait for one', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => read('select 1 as n')))
    assert.deepEqual(
      answers.flat().map(({ n }) => n),
      Array.from({ length: 40 }, () => 1),
    )
  })

  test('a connection that is ended in the middle of a query fails that query, and no other', async () => {
    const long = read('select count(*)::int as n from track a, track b, track c')
    const ended = server.asAdmin<{ n: number }>(
      'chinook',
      `do $$
       declare
         busy integer;
       begin
         while busy is null loop
           perform pg_stat_clear_snapshot(), pg_sleep(0.01);
           select pid into busy from pg_stat_activity where query like '%track c%' and usename = 'chinook_reader';
         end loop;
         perform pg_terminate_backend(busy);
       end $$`,
    )
    await assert.rejects(long, { code: '57P01' })
    await ended
    assert.deepEqual(await read('select 1 as n'), [{ n: 1 }])
  })

  test('while the database is away calls say so, and when it is back they are answered', async () => {
    await server.stop()
    const away = await answerCall(async () => ({ rows: await read('select 1 as n') }))
    assert.deepEqual(away, {
      isError: true,
      content: [
        {
          type: 'text',
          text: '{"error":{"message":"The database is busy, or cannot be reached. Try the same call again in a moment.","retry":true}}',
        },
      ],
    })
    const [span] = newSpans()
    assert.equal(span?.attributes['error.type'], 'ENOENT') // the socket is not there
    await server.start()
    assert.deepEqual(await read('select 1 as n'), [{ n: 1 }])
  })
})
