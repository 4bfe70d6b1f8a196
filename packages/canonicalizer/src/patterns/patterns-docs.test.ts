// docs/patterns.md says what the code does.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { parsePatterns } from './parse-patterns.ts'
import { describePatternTable } from './table-patterns.ts'

const docs = await readFile(new URL('../../../../docs/patterns.md', import.meta.url), 'utf8')

describe('docs/patterns.md', () => {
  test('has examples that are good', () => {
    const [, examples = ''] = /```json\n(.*?)```/s.exec(docs) ?? []
    const reading = parsePatterns(examples, 'docs/patterns.md')
    assert.ok(reading.ok && reading.set.patterns.length === 4)
  })

  test('has the table that is made', () => {
    const [, sql = ''] = /```sql\n(.*?)```/s.exec(docs) ?? []
    assert.equal(sql.trim(), describePatternTable())
  })
})
