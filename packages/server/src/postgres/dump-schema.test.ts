import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { dumpSchema, schemaHeader } from './dump-schema.ts'
import { createTestDatabase } from './test-database.ts'

test('schema.sql is what the migrations make; if not: npm run schema:dump', async () => {
  await using database = await createTestDatabase()
  const committed = await readFile(new URL('../../schema.sql', import.meta.url), 'utf8')
  const found = schemaHeader + (await dumpSchema(database.pool))
  const { rows } = await database.pool.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  )
  const qualifiesEveryColumn = (rows[0]?.version ?? 0) < 160_000
  if (qualifiesEveryColumn) assert.equal(withoutQualifiers(found), withoutQualifiers(committed))
  else assert.equal(found, committed)
})

test('the dump tells a changed column, default, index, storage and function from the committed ones', async () => {
  await using database = await createTestDatabase()
  const before = await dumpSchema(database.pool)
  for (const change of [
    'alter table otel.term add column more int',
    'alter table otel.dead_letter alter column attempts set default 1',
    'create index on otel.dead_letter (parked_at)',
    'alter table otel.body alter column bytes set storage extended',
    'create or replace function otel.hex_id(id bigint) returns text language sql immutable return null',
  ]) {
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query(change)
    assert.notEqual(await dumpSchema(client), before, change)
    await client.query('rollback')
    client.release()
  }
})

function withoutQualifiers(dump: string): string {
  return dump.replaceAll(/\b(?!otel\.)[a-z_]\w*\.(?=[a-z_])/g, '')
}
