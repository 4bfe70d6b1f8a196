// `holdfast migrate` and what a server does about the schema it finds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runHoldfast, startHoldfast } from './stage/holdfast-process.ts'
import { runSql, startPostgres } from './stage/postgres-process.ts'

test('several migrates at once apply each migration once, and all succeed', async (t) => {
  const postgres = await startPostgres(t, '15')
  const env = { DATABASE_URL: postgres.url }
  const runs = await Promise.all(Array.from({ length: 4 }, () => runHoldfast(t, ['migrate', '--json'], env)))
  assert.deepEqual(
    runs.map((run) => run.code),
    [0, 0, 0, 0],
    runs.map((run) => run.stderr).join('\n'),
  )
  const applied = runs.flatMap((run) => (JSON.parse(run.stdout) as { applied: string[] }).applied)
  assert.ok(applied.length > 0)
  assert.equal(new Set(applied).size, applied.length, 'no migration was applied twice')
  const rows = await runSql<{ name: string }>(postgres.url, 'select name from otel.migration order by id')
  assert.deepEqual(
    rows.map((row) => row.name),
    applied.toSorted(),
  )

  const again = await runHoldfast(t, ['migrate'], env)
  assert.deepEqual([again.code, again.stdout.trim()], [0, 'the schema is up to date'])
})

test('the worker refuses a database that was not migrated, and one that a later program migrated', async (t) => {
  const postgres = await startPostgres(t)
  const env = { DATABASE_URL: postgres.url }
  const behind = await runHoldfast(t, ['start'], env)
  assert.equal(behind.code, 1)
  assert.match(behind.stderr, /holdfast migrate/)

  assert.equal((await runHoldfast(t, ['migrate'], env)).code, 0)
  const server = await startHoldfast(t, { url: postgres.url })
  assert.deepEqual(await server.stop(), { code: 0, signal: null })

  await runSql(
    postgres.url,
    "insert into otel.migration (name, run_on) values ('9001_later', now()), ('9002_later_still', now())",
  )
  const ahead = await runHoldfast(t, ['start'], env)
  assert.equal(ahead.code, 1)
  assert.match(ahead.stderr, /newer/)
})
