import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../server/src/postgres/test-database.ts'
import { ensurePatternTable } from '../patterns/table-patterns.ts'
import { runCommandLine } from './run-command-line.ts'

async function run(...args: string[]): Promise<{ code: number; said: string[]; complained: string[] }> {
  const said: string[] = []
  const complained: string[] = []
  const code = await runCommandLine(
    ['patterns', ...args],
    (line) => said.push(line),
    (line) => complained.push(line),
  )
  return { code, said, complained }
}

describe('patterns', () => {
  let folder: string
  let database: TestDatabase
  let url: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-patterns-'))
    database = await createTestDatabase()
    await ensurePatternTable(database.pool)
    await database.pool.query(
      `create schema shop;
       create table shop.film (film_id int primary key, rating text);
       insert into shop.film select n, (array['PG', 'Restricted'])[1 + n % 2] from generate_series(1, 9) n;
       insert into nlp_patterns (label, pattern) values ('ENTITY', '"film"'), ('ENTITY', '[{"LOWR": "film"}]')`,
    )
    url = makeUrl(database)
  })
  after(async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('check says how many are good', async () => {
    const file = join(folder, 'good.jsonl')
    await writeFile(file, '{"label":"ENTITY","pattern":"film","id":"FILM"}\n{"label":"N","pattern":[{"POS":"NOUN"}],"engine":"spacy"}') // prettier-ignore
    const { code, said } = await run('check', file)
    assert.equal(code, 0)
    assert.match(said.join(), /^2 patterns, 1 of them for spaCy only, version [0-9a-f]{32}$/)
  })

  test('check names what is bad, in a file and in the table', async () => {
    const file = join(folder, 'bad.jsonl')
    await writeFile(file, '{"label":"ENTITY"}\n')
    const { code, complained } = await run('check', file, '--table', '--database-url', url)
    assert.equal(code, 1)
    assert.deepEqual(
      complained.map((line) => line.replace(folder, '').slice(0, 40)),
      [
        '/bad.jsonl:1: pattern: write a text, or ',
        'nlp_patterns:2: pattern: token 1: there ',
        'holdfast-canonicalizer: 2 bad patterns',
      ],
    )
  })

  test('check names labels and ids that mean nothing', async () => {
    const file = join(folder, 'slips.jsonl')
    await writeFile(
      file,
      '{"label":"ENTTY","pattern":"film","id":"FILM"}\n{"label":"UNIT","pattern":"hour","id":"LENGTH*abc"}\n',
    )
    const { code, complained } = await run('check', file)
    assert.equal(code, 1)
    assert.match(complained[0] ?? '', /slips\.jsonl:1: label: "ENTTY" .* write one of ENTITY/)
    assert.match(complained[1] ?? '', /slips\.jsonl:2: id: "LENGTH\*abc" .* "LENGTH\*60"/)
  })

  test('check warns of a pattern that takes a word of every question', async () => {
    const file = join(folder, 'states.jsonl')
    await writeFile(file, '{"label":"FILTER","pattern":"Ohio","id":"STATE=OH"}\n{"label":"FILTER","pattern":"IN","id":"STATE=IN"}\n') // prettier-ignore
    const { code, complained } = await run('check', file)
    assert.equal(code, 0)
    assert.equal(complained.length, 1)
    assert.match(
      complained[0] ?? '',
      /^warning: .*states\.jsonl:2: "in" is a word of every question \(LINK\)/,
    )
  })

  test('check names a phrase of which normalisation leaves nothing', async () => {
    const file = join(folder, 'empty.jsonl')
    await writeFile(file, '{"label":"ENTITY","pattern":"¿?"}\n')
    const { code, complained } = await run('check', file)
    assert.equal(code, 1)
    assert.match(complained[0] ?? '', /empty\.jsonl:1: /)
  })

  test('from-schema writes patterns to stdout and the rest to stderr', async () => {
    const { code, said, complained } = await run('from-schema', '--schema', 'shop', '--database-url', url)
    assert.equal(code, 0)
    assert.deepEqual(
      said.map((line) => JSON.parse(line)),
      [
        { label: 'ENTITY', pattern: 'film', id: 'FILM', note: 'table shop.film' },
        { label: 'ATTRIBUTE', pattern: 'rating', id: 'RATING', note: 'column shop.film.rating' },
        { label: 'FILTER', pattern: 'PG', id: 'RATING=PG', note: 'column shop.film.rating' },
        { label: 'FILTER', pattern: 'Restricted', id: 'RATING=RESTRICTED', note: 'column shop.film.rating' },
      ],
    )
    assert.deepEqual(complained, ['4 patterns proposed'])
  })

  test('bad usage is told as such', async () => {
    for (const args of [
      [],
      ['check'],
      ['check', '--snake'],
      ['from-schema', '--max-values', 'x', '--database-url', url],
    ]) {
      assert.equal((await run(...args)).code, 2, args.join(' '))
    }
  })

  test('a database that cannot be reached is said without its password', async () => {
    const { code, complained } = await run('from-schema', '--database-url', 'postgres://me:hush@127.0.0.1:1/x') // prettier-ignore
    assert.equal(code, 1)
    assert.match(complained.join(), /the database cannot be reached: .*ECONNREFUSED/)
    assert.doesNotMatch(complained.join(), /hush/)
  })
})

/** The test server listens on a unix socket. */
function makeUrl({ target }: TestDatabase): string {
  const { host, database, user } = target.connection as { host: string; database: string; user: string }
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`
}
