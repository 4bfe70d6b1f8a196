import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuestionFailure } from './question-failure.ts'
import { readSql } from './read-sql.ts'

test('SQL is the first block of code, or all that was said', () => {
  assert.equal(readSql('Here:\n```sql\nselect 1\n```\nor\n```\nselect 2\n```'), 'select 1')
  assert.equal(readSql('```\nselect 1\n```'), 'select 1')
  assert.equal(readSql('  select 1 '), 'select 1')
})

test('a refusal is a failure with the reason, cut to size', () => {
  const failure = catchFailure(() => readSql(`CANNOT: ${'no '.repeat(1_000)}`))
  assert.equal(failure.kind, 'NotAnswerable')
  assert.ok(failure.message.length < 600)
})

function catchFailure(work: () => unknown): QuestionFailure {
  try {
    work()
  } catch (error) {
    if (error instanceof QuestionFailure) return error
  }
  return assert.fail('it did not fail')
}
