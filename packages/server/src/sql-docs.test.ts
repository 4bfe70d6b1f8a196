// What docs/sql.md promises to people who write SQL: the views, their columns, and queries that run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { asideAttributes, promotedAttributes } from './store/postgres/promoted-attributes.ts'
import { bodyToWrite, write } from './store/postgres/test-writer.ts'
import { BodyWriter } from './store/postgres/write-bodies.ts'
import { makeSpan } from './store/conformance/example-spans.ts'
import { createTestDatabase, type TestDatabase } from './postgres/test-database.ts'

const text = readFileSync(new URL('../../../docs/sql.md', import.meta.url), 'utf8')

/** The sections that describe a view, by its name. */
const sections = new Map(
  text
    .split(/^## /m)
    .filter((section) => section.startsWith('otel.'))
    .map((section) => [section.slice('otel.'.length, section.indexOf('\n')).trim(), section]),
)

describe('docs/sql.md', () => {
  let database: TestDatabase
  before(async () => {
    database = await createTestDatabase()
  })
  after(() => database.drop())

  test('describes every view, and nothing else', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select table_name as name from information_schema.views where table_schema = 'otel' order by name`,
    )
    assert.deepEqual(
      [...sections.keys()].sort(),
      rows.map((row) => row.name),
    )
  })

  for (const [view, section] of sections) {
    test(`lists the columns of otel.${view} in their order, with their types`, async () => {
      const { rows } = await database.pool.query<{ column: string; type: string }>(
        `select attname as column, replace(format_type(atttypid, null), 'timestamp with time zone', 'timestamptz') as type
         from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
        [`otel.${view}`],
      )
      const described = [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, column, type]) => ({
        column,
        type,
      }))
      assert.deepEqual(described, rows)
    })
  }

  test('names every attribute that has a column', () => {
    const missing = [...promotedAttributes, ...asideAttributes]
      .flatMap(({ keys }) => keys.map((key) => (typeof key === 'string' ? key : key.key)))
      .filter((key) => !text.includes(`\`${key}\``))
    assert.deepEqual(missing, [])
  })

  const queries = [...text.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, query]) => query!)

  test('has a query that finds what a conversation used, whichever span of a call names it and whichever counts', async () => {
    const today = new Date().toISOString().slice(0, 10)
    await database.pool.query('select otel.make_partition($1)', [today])
    const outer = makeSpan({
      attributes: [
        { key: 'openinference.span.kind', value: 'LLM' },
        { key: 'session.id', value: 'conversation 1' },
        { key: 'llm.token_count.prompt', value: 10n },
        { key: 'llm.token_count.completion', value: 5n },
      ],
    })
    const inner = makeSpan({
      traceId: outer.traceId,
      parentSpanId: outer.spanId,
      attributes: [
        { key: 'gen_ai.operation.name', value: 'chat' },
        { key: 'gen_ai.usage.input_tokens', value: 10n },
        { key: 'gen_ai.usage.output_tokens', value: 5n },
      ],
    })
    const embedding = makeSpan({
      traceId: outer.traceId,
      attributes: [
        { key: 'gen_ai.operation.name', value: 'embeddings' },
        { key: 'gen_ai.usage.input_tokens', value: 7n },
      ],
    })
    await write(database.pool, new BodyWriter(database.pool), bodyToWrite([[outer, inner, embedding]], today))
    const query = queries.find((one) => one.includes('conversation_id, count(*)'))!
    const { rows } = await database.pool.query(query)
    assert.deepEqual(rows, [{ conversation_id: 'conversation 1', traces: '1', tokens: '22' }])
  })

  test('has queries that run', async () => {
    assert.ok(queries.length > 5)
    for (const query of queries) await database.pool.query(query)
  })
})
