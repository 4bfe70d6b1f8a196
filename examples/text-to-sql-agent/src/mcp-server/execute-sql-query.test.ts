import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTelemetry } from '@holdfast/telemetry'
import { startMusicServer, type MusicServer } from '../database/music-database.fixture.ts'
import { answerCall } from './answer-call.ts'
import { executeSqlQuery, type QueryAnswer } from './execute-sql-query.ts'
import { openShopReader, type ShopReader } from './shop-reader.ts'

const telemetry = createTelemetry({ serviceName: 'test', backend: 'memory' })

describe('executeSqlQuery', () => {
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

  /** What the model gets to read. */
  async function execute(sql: string): Promise<QueryAnswer & { error?: Record<string, unknown> }> {
    const { content, isError } = await answerCall(() => executeSqlQuery(reader, sql))
    const [block] = content
    assert.ok(block?.type === 'text')
    const answer = JSON.parse(block.text)
    assert.equal(isError === true, 'error' in answer)
    return answer
  }
  const fails = async (sql: string): Promise<unknown> => (await execute(sql)).error?.sqlstate

  test('answers columns and rows in the order asked for', async () => {
    assert.deepEqual(await execute('select name, genre_id from genre order by name desc limit 2;'), {
      columns: ['name', 'genre_id'],
      rows: [
        ['World', 16],
        ['TV Shows', 19],
      ],
      row_count: 2,
      truncated: false,
    })
  })

  test('two columns of one name are two columns', async () => {
    const { columns, rows } = await execute(
      'select a.name, g.name from artist a, genre g where artist_id = 1 and genre_id = 1 -- both',
    )
    assert.deepEqual({ columns, rows }, { columns: ['name', 'name'], rows: [['AC/DC', 'Rock']] })
  })

  test('an empty result has its columns', async () => {
    const { columns, rows } = await execute('select name, bytes from track where false')
    assert.deepEqual({ columns, rows }, { columns: ['name', 'bytes'], rows: [] })
  })

  test('numbers and booleans are those of JSON, except integers that it would round', async () => {
    const { rows } = await execute(
      `select count(*), sum(total), true, null, 9007199254740993, 'NaN'::float8, array[1, 2], date '2010-01-02' from invoice`,
    )
    assert.deepEqual(rows, [[412, 2328.6, true, null, '9007199254740993', 'NaN', '{1,2}', '2010-01-02']])
  })

  test("an error has PostgreSQL's words, and its position counts in what the model wrote", async () => {
    assert.deepEqual((await execute('select nam\nfrom genre')).error, {
      message: 'column "nam" does not exist',
      sqlstate: '42703',
      hint: 'Perhaps you meant to reference the column "genre.name".',
      position: 8,
      retry: false,
    })
    assert.deepEqual((await execute("select 'begun")).error, {
      message: 'unterminated quoted string at or near "\'begun"',
      sqlstate: '42601',
      hint: 'One SELECT can be run, which may begin with WITH.',
      position: 8,
      retry: false,
    })
    assert.equal((await execute(' ; ')).error?.message, 'There is no SQL in `sql`.')
    assert.equal(
      (await execute('select from track')).error?.message,
      'The query has 0 columns; name between 1 and 50.',
    )
  })

  for (const sql of [
    'select 1; drop table genre',
    'select 1) as answer; commit; drop table genre; select * from (select 1',
    'select 1) as answer limit 0; select * from (select 1',
    "select 'a' as c0) as a union all select repeat('x', 1e9::int) from (select 1", // its half would not be cut
    "select repeat('x', 1e9::int)) as a /*",
    'fetch all from answer',
    'select 1;\n-- two\nselect 2',
    'insert into genre values (99)',
    'delete from genre',
    'create temp table x as select 1',
    'select 1 into x',
    "copy genre to program 'id'",
    'listen x',
    'explain analyze select 1',
    'set statement_timeout = 0',
    'commit',
    'do $$ begin end $$',
  ]) {
    test(`is no single SELECT: ${sql}`, async () => assert.equal(await fails(sql), '42601'))
  }

  for (const [sql, sqlstate] of Object.entries({
    'with gone as (delete from genre returning *) select * from gone': '0A000',
    'select * from genre for update': '25006',
    'select pg_sleep(100)': '42501',
    "select set_config('statement_timeout', '0', false)": '42501',
    "select pg_read_file('/etc/passwd')": '42501',
    "select lo_import('/etc/passwd')": '42501',
    'select pg_advisory_lock(1)': '42501',
    "select pg_notify('x', 'y')": '42501',
    'select rolpassword from pg_authid': '42501',
    'select passwd from pg_shadow': '42501',
    "select query_to_xml('delete from genre', true, true, '')": '42501',
    "select * from dblink('dbname=holdfast', 'select 1') as t(x int)": '42883',
    'select * from otel.traces': '42P01',
    'select * from holdfast.otel.traces': '0A000',
    'select * from genre where name = $1': '08P01',
  })) {
    test(`is refused with ${sqlstate}: ${sql}`, async () => assert.equal(await fails(sql), sqlstate))
  }

  test('ten billion rows are cut to a hundred, or cost a bounded temporary file', async () => {
    const answer = await execute('select g.track_id from track g, track h, track i')
    assert.equal(answer.row_count, 100)
    assert.equal(answer.truncated, true)
    assert.equal(await fails('select * from generate_series(1, 1e8::int)'), '53400')
    assert.equal(
      await fails('select count(*) from (select * from track a, track b order by random()) x'),
      '53400',
    )
  })

  test('what takes longer than 5 seconds is ended, and says how to do better', async () => {
    const { error } = await execute('select count(*) from track a, track b, track c')
    assert.equal(error?.sqlstate, '57014')
    assert.match(String(error?.hint), /5 seconds/)
  })

  test('a value of 100 MB, and a hundred long ones, become an answer of ordinary size', async () => {
    const huge = await execute(`select repeat('x', 1e8::int)`)
    assert.deepEqual(huge.rows, [[`${'x'.repeat(1000)}…`]])
    const many = await execute(`select repeat('ü', 900) from track limit 90`)
    assert.ok(JSON.stringify(many).length < 66_000)
    assert.equal(many.truncated, true)
    assert.equal(many.row_count, many.rows.length)
  })

  test('a text that ends early in the protocol is refused', async () => {
    const { error } = await execute(`select repeat('x', 1e8::int)) as a --\0\x01\x05${' '.repeat(1000)}`)
    assert.equal(error?.message, 'SQL cannot have the character NUL.')
  })

  test('a thousand columns are refused', async () => {
    const columns = Array.from({ length: 1_000 }, (_, index) => `1 as c${index}`)
    assert.match(String((await execute(`select ${columns.join(', ')}`)).error?.message), /1000 columns/)
  })

  test('nothing above has left anything behind', async () => {
    assert.deepEqual(await server.asAdmin('chinook', 'select count(*)::int from genre'), [{ count: 25 }])
    assert.deepEqual(
      await server.asAdmin(
        'chinook',
        `select (select count(*)::int from pg_largeobject) as objects,
           (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
           (select count(*)::int from pg_class where relpersistence = 't') as temporary`,
      ),
      [{ objects: 0, locks: 0, temporary: 0 }],
    )
  })
})
