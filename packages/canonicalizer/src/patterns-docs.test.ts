// docs/patterns.md says what the code does.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { openCanonicalizer } from './open-canonicalizer.ts'
import { basePatternsFile } from './patterns/base-patterns.ts'
import { filePatterns } from './patterns/file-patterns.ts'
import { parsePatterns } from './patterns/parse-patterns.ts'
import { describePatternTable } from './patterns/table-patterns.ts'

const docs = await readFile(new URL('../../../docs/patterns.md', import.meta.url), 'utf8')

describe('docs/patterns.md', () => {
  const examples = [...docs.matchAll(/```json\n(.*?)```/gs)].map(([, lines = '']) => lines)

  test('has examples that are good', () => {
    const counts = examples.map((lines) => {
      const reading = parsePatterns(lines, 'docs/patterns.md')
      return reading.ok ? reading.set.patterns.length : reading.problems
    })
    assert.deepEqual(counts, [4, 13])
  })

  test('has an example of every label of a schema, and the questions become what it says', async () => {
    const rows = [...docs.matchAll(/^\| `(\w+)` +\|[^|]+\| "([^"|]+)" +\| `(.+)` +\|$/gm)]
    assert.deepEqual(
      rows.map(([, label]) => label),
      ['ENTITY', 'ATTRIBUTE', 'METRIC', 'FILTER', 'UNIT', 'COMPARATOR', 'SORT'],
    )
    const films = await openCanonicalizer({ engine: 'wink', patterns: examples[1] ?? '' })
    for (const [, , question = '', fingerprint = ''] of rows) {
      const query = await films.processQuery(question)
      assert.equal(query.fingerprint, fingerprint.replaceAll('\\|', '|'))
    }
    await films.close()
  })

  test('has every label and id of the base patterns', async () => {
    const reading = await filePatterns(basePatternsFile).read()
    assert.ok(reading.ok)
    for (const { label, id } of reading.set.patterns) {
      const row = docs.split('\n').filter((line) => line.startsWith(`| \`${label}\``))
      const family = id.split(' ')[0] ?? ''
      const isThere = row.some(
        (line) => id === '' || line.includes(`\`${id}\``) || line.includes(`\`${family} `),
      )
      assert.ok(isThere || label === 'WORDS' || label === 'COMPARATOR', `${label} ${id}`)
    }
  })

  test('has the table that is made', () => {
    const [, sql = ''] = /```sql\n(.*?)```/s.exec(docs) ?? []
    assert.equal(sql.trim(), describePatternTable())
  })
})
