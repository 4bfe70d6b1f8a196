import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { telemetry } from './agent-stage.fixture.ts'
import { validateSql } from './validate-sql.ts'

const allTables = ['track', 'album']
const validate = (sql: string) => validateSql(sql, { allTables }, { telemetry })

const good = [
  'select count(*) from track',
  'SELECT * FROM Track JOIN public.album USING (album_id);',
  'with long as (select * from track) select * from long',
  'select 1 from track union all select 2 from album -- done',
  `select 'delete from track' as said from track`,
]
for (const sql of good) {
  test(`may be run: ${sql}`, async () => assert.equal(await validate(sql), undefined))
}

const bad: readonly (readonly [string, RegExp])[] = [
  ['', /no SQL/],
  ['-- nothing', /one statement, and there are 0/],
  ['select 1; select 2', /one statement, and there are 2/],
  ['selec 1', /syntax error/],
  ['delete from track', /Only a SELECT/],
  ['explain analyze select 1', /Only a SELECT/],
  ['copy track to program $$sh$$', /Only a SELECT/],
  ['with gone as (delete from track returning *) select * from gone', /Only reading/],
  [
    'select * from (with new as (insert into album values (1) returning 1) select * from new) a',
    /Only reading/,
  ],
  ['select * into copied from track', /INTO/],
  ['select * from track for update', /FOR UPDATE/],
  ['select * from pg_shadow', /no table "pg_shadow". There are: track, album/],
  ['select * from otel.track', /no table "track"/],
  ['select (select count(*) from customer) from track', /no table "customer"/],
  [`select ${'1+'.repeat(9_000)}1`, /longer than/],
]
for (const [sql, problem] of bad) {
  test(`may not be run: ${sql.slice(0, 60)}`, async () => assert.match((await validate(sql)) ?? '', problem))
}

test('however deep it is nested, it has an outcome, and the next one is not affected', async () => {
  for (const [open, close] of [
    ['(', ')'],
    ['(select ', ')'],
    ['not ', ''],
  ] as const) {
    const times = Math.floor(9_900 / (open.length + close.length))
    const problem = await validate(`select ${open.repeat(times)}true${close.repeat(times)}`)
    assert.ok(problem === undefined || /too deeply|depth/.test(problem), problem)
    assert.equal(await validate('select 1 from track'), undefined)
  }
})

test('no text makes it throw', async () => {
  const word = fc.constantFrom(
    'select',
    'from',
    'track',
    '(',
    ')',
    ';',
    "'",
    '$$',
    '--',
    '/*',
    '\0',
    '💥',
    ',',
    '*',
    'with',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      async (sql) => {
        assert.match((await validate(sql)) ?? '', /^/)
      },
    ),
    { numRuns: 200 },
  )
})
