import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, afterEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { listMigrations, migrate, migrationsDir } from './migrations.ts'
import { checkSchema, readSchemaState } from './schema-state.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

const log = pino({ level: 'silent' })

describe('migrate', () => {
  let database: TestDatabase
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'))
    await cp(migrationsDir, dir, { recursive: true })
  })
  after(() => rm(dir, { recursive: true, force: true }))
  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(() => database.drop())

  async function empty(): Promise<void> {
    await database.pool.query('drop schema otel cascade')
  }

  /** A folder with the migrations of a Holdfast that is `versions` ahead of this one. */
  async function addMigrations(versions: number): Promise<string[]> {
    const newest = Number.parseInt((await listMigrations()).at(-1) ?? '0', 10)
    const names: string[] = []
    for (let version = newest + 1; version <= newest + versions; version++) {
      const name = `${String(version).padStart(4, '0')}_later`
      await writeFile(
        join(dir, `${name}.sql`),
        `-- Up Migration\ncreate table otel.later_${version} (a int);\n`,
      )
      names.push(name)
    }
    return names
  }

  test('runs twice at once: both succeed and each migration is applied once', async () => {
    await empty()
    const runs = await Promise.all([migrate(database.target, log), migrate(database.target, log)])
    assert.deepEqual(
      runs.flatMap((run) => run.applied),
      await listMigrations(),
    )
    const { rows } = await database.pool.query('select name from otel.migration order by id')
    assert.deepEqual(
      rows.map((row: { name: string }) => row.name),
      await listMigrations(),
    )
  })

  test('does nothing on a migrated database', async () => {
    assert.deepEqual(await migrate(database.target, log), { applied: [] })
  })

  test('a statement that fails leaves nothing behind', async () => {
    await writeFile(join(dir, '9998_good.sql'), '-- Up Migration\ncreate table otel.half (a int);\n')
    await writeFile(join(dir, '9999_bad.sql'), '-- Up Migration\ncreate table otel.half (a int);\n')
    await assert.rejects(migrate(database.target, log, dir), /relation "half" already exists/)
    await rm(join(dir, '9998_good.sql'))
    await rm(join(dir, '9999_bad.sql'))
    const { rows } = await database.pool.query(`select to_regclass('otel.half') as half`)
    assert.deepEqual(rows, [{ half: null }])
    assert.equal((await checkSchema(database.pool)).kind, 'ok')
  })

  test('a schema that is behind is told to run holdfast migrate, and says both versions', async () => {
    await empty()
    const check = await checkSchema(database.pool)
    assert.equal(check.kind, 'behind')
    assert.match(check.message, /version 0 .* run `holdfast migrate`/)
    assert.deepEqual(check.state, await readSchemaState(database.pool))
  })

  test('a schema one version ahead is accepted, two are not', async () => {
    const names = await addMigrations(2)
    await migrate(database.target, log, dir)
    assert.equal((await checkSchema(database.pool)).kind, 'too_new')
    await database.pool.query('delete from otel.migration where name = $1', [names[1]])
    assert.equal((await checkSchema(database.pool)).kind, 'ok')
    for (const name of names) await rm(join(dir, `${name}.sql`))
  })

  test('a schema otel that somebody else made is unknown', async () => {
    await empty()
    await database.pool.query('create schema otel; create table otel.theirs (a int)')
    assert.equal((await checkSchema(database.pool)).kind, 'unknown')
  })

  test('an empty schema otel, made for us by an administrator, is only behind', async () => {
    await empty()
    await database.pool.query('create schema otel')
    assert.equal((await checkSchema(database.pool)).kind, 'behind')
  })

  test('migrations under other names are unknown', async () => {
    await database.pool.query(`update otel.migration set name = '0001_other' where id = 1`)
    const check = await checkSchema(database.pool)
    assert.equal(check.kind, 'unknown')
    assert.match(check.message, /0001_other/)
  })
})
