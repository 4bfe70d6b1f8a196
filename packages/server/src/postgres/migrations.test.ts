import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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

  test('lets go where somebody reads what it has to lock, tries again, and else says who that is', async () => {
    await empty()
    await mkdir(join(dir, 'before'))
    await cp(join(dir, '0001_spine.sql'), join(dir, 'before', '0001_spine.sql'))
    await migrate(database.target, log, join(dir, 'before'))
    await writeFile(
      join(dir, 'before', '0002_more.sql'),
      `-- Up Migration\nset local lock_timeout = '10ms';\nalter table otel.span_row add column more int;\n`,
    )
    const reader = await database.pool.connect()
    try {
      await reader.query(`set application_name = 'a backup'; begin; select from otel.span_row`)
      await assert.rejects(
        migrate(database.target, log, join(dir, 'before'), { attempts: 2, pauseMs: 1 }),
        /others use its tables \(process \d+, a backup, in a transaction since \d+ s\)/,
      )
      assert.equal((await readSchemaState(database.pool)).current, 1)
      const messages: string[] = []
      const untilSaid = pino(
        { level: 'warn' },
        {
          write: (line: string) =>
            void (messages.push(line), messages.length === 2 && reader.query('commit')),
        },
      )
      const patience = { attempts: 1000, pauseMs: 1 }
      const { applied } = await migrate(database.target, untilSaid, join(dir, 'before'), patience)
      assert.deepEqual(applied, ['0002_more'])
      assert.match(messages[0]!, /waits for others/)
    } finally {
      reader.release(true)
      await rm(join(dir, 'before'), { recursive: true })
    }
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
