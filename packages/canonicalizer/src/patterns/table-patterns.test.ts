import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../server/src/postgres/test-database.ts'
import { describeProblem } from './parse-patterns.ts'
import { ensurePatternTable, tablePatterns } from './table-patterns.ts'

describe('tablePatterns', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
    await database.pool.query('create schema "my words"')
  })
  after(() => database.drop())
  beforeEach(async () => {
    await database.pool.query('drop table if exists nlp_patterns')
    await ensurePatternTable(database.pool)
  })

  const add = async (label: string, pattern: unknown, rest: Record<string, unknown> = {}): Promise<void> => {
    const { id = null, engine = 'any', enabled = true } = rest
    await database.pool.query(
      'insert into nlp_patterns (label, pattern, id, engine, enabled) values ($1, $2, $3, $4, $5)',
      [label, JSON.stringify(pattern), id, engine, enabled],
    )
  }

  test('reads the enabled rows, in their order', async () => {
    await add('ENTITY', 'film', { id: 'FILM' })
    await add('NOISE', 'please', { enabled: false })
    await add('NOUN', [{ POS: 'NOUN' }], { engine: 'spacy' })
    const reading = await tablePatterns(database.pool).read()
    assert.ok(reading.ok)
    assert.deepEqual(reading.set.patterns, [
      { source: 'nlp_patterns', line: 1, label: 'ENTITY', id: 'FILM', engine: 'any', kind: 'phrase', pattern: 'film' }, // prettier-ignore
      { source: 'nlp_patterns', line: 3, label: 'NOUN', id: '', engine: 'spacy', kind: 'tokens', pattern: [{ POS: 'NOUN' }] }, // prettier-ignore
    ])
  })

  test('names a bad row', async () => {
    await add('ENTITY', 'film')
    await add('ENTITY', [{ LOWR: 'film' }])
    const reading = await tablePatterns(database.pool).read()
    assert.match(reading.ok ? '' : reading.problems.map(describeProblem).join(), /^nlp_patterns:2: .*"LOWR"/)
  })

  test('no rows are an empty set', async () => {
    const reading = await tablePatterns(database.pool).read()
    assert.ok(reading.ok && reading.set.patterns.length === 0)
  })

  test('a table that is emptied while it is followed is refused until there are rows again', async () => {
    const source = tablePatterns(database.pool)
    assert.ok((await source.read()).ok, 'none yet')
    await add('ENTITY', 'film')
    assert.ok((await source.read()).ok)
    await database.pool.query('delete from nlp_patterns')
    const reading = await source.read()
    assert.match(
      reading.ok ? '' : reading.problems.map(describeProblem).join(),
      /^nlp_patterns:1: .*no row any more/,
    )
    await add('ENTITY', 'movie')
    assert.ok((await source.read()).ok)
  })

  test('the version is another one after every change, committed in whatever order', async () => {
    const source = tablePatterns(database.pool)
    const versions = [await source.readVersion()]
    const early = await database.pool.connect()
    await early.query('begin')
    await early.query(`insert into nlp_patterns (label, pattern) values ('A', '"early"')`)
    await add('A', 'late')
    versions.push(await source.readVersion())
    await early.query('commit')
    early.release()
    versions.push(await source.readVersion())
    for (const change of [
      `update nlp_patterns set pattern = '"earlier"' where row_id = 1`,
      'update nlp_patterns set enabled = false where row_id = 2',
      'delete from nlp_patterns where row_id = 2',
    ]) {
      await database.pool.query(change)
      versions.push(await source.readVersion())
    }
    assert.equal(new Set(versions).size, versions.length)
    assert.equal(await source.readVersion(), versions.at(-1))
  })

  test('several processes may make the table at once, in a schema of any name', async () => {
    const table = 'my words.pat"terns'
    await Promise.all(Array.from({ length: 5 }, () => ensurePatternTable(database.pool, { table })))
    assert.ok((await tablePatterns(database.pool, { table }).read()).ok)
  })

  test('a table that is not there cannot be reached; a name that is none is refused', async () => {
    await assert.rejects(tablePatterns(database.pool, { table: 'nothing' }).read(), /nothing/)
    assert.throws(() => tablePatterns(database.pool, { table: 'a.b.c' }), TypeError)
  })
})
