// Pairs written to trip the rules, each of which once did or might: corpus/README.md. Not part of its figures.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { after, test } from 'node:test'
import { openCanonicalizer, type Canonicalizer } from '../open-canonicalizer.ts'
import { patternsFile, schemas, type Schema } from './read-corpus.fixture.ts'

/** Questions of which any two mean two things, or all mean one. */
interface Group {
  readonly schema: Schema
  readonly different?: readonly string[]
  readonly same?: readonly string[]
}

const file = fileURLToPath(new URL('../../corpus/adversarial-pairs.jsonl', import.meta.url))
const groups = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Group)
const open = new Map<Schema, Canonicalizer>()
for (const schema of schemas) {
  open.set(schema, await openCanonicalizer({ engine: 'wink', patterns: patternsFile(schema) }))
}
after(() => Promise.all([...open.values()].map((canonicalizer) => canonicalizer.close())))

async function answer(schema: Schema, questions: readonly string[]): Promise<string[]> {
  const canonicalizer = open.get(schema) ?? assert.fail(schema)
  const queries = await Promise.all(questions.map((question) => canonicalizer.processQuery(question)))
  return queries.map(({ key, fingerprint }, index) => `${key} ${fingerprint}\n${questions[index]}`)
}

test('there are more than 150 pairs', () => {
  const pairs = groups.map(({ different = [], same = [] }) => different.length + same.length)
  assert.ok(pairs.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0) > 150)
})

test('no two of these share a key', async () => {
  for (const { schema, different = [] } of groups) {
    const answers = await answer(schema, different)
    const keys = answers.map((one) => one.split(' ')[0])
    const shared = answers.filter((_, index) => keys.indexOf(keys[index]) !== keys.lastIndexOf(keys[index]))
    assert.deepEqual(shared, [])
  }
})

test('all of these share one', async () => {
  for (const { schema, same = [] } of groups) {
    const answers = await answer(schema, same)
    assert.ok(new Set(answers.map((one) => one.split(' ')[0])).size <= 1, answers.join('\n'))
  }
})
