import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallToolResult } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { readToolResult } from './read-tool-result.ts'

const shape = z.object({ n: z.number() })
const text = (said: string, isError = false): CallToolResult => ({
  isError,
  content: [{ type: 'text', text: said }],
})

test('a result is what the shape says, without the rest', () => {
  assert.deepEqual(readToolResult(text('{"n":1,"other":2}'), shape), { n: 1 })
})

test('what the tool says of its failure is told: PostgreSQL’s words, code and hint', () => {
  const error = { message: 'no column "x"', sqlstate: '42703', hint: 'Perhaps you meant y.' }
  assert.throws(() => readToolResult(text(JSON.stringify({ error }), true), shape), {
    kind: 'ToolFailed',
    problem: 'no column "x" (SQLSTATE 42703) Hint: Perhaps you meant y.',
  })
})

test('a failure in plain words or in none is one, too', () => {
  assert.throws(() => readToolResult(text('Unknown tool', true), shape), { problem: 'Unknown tool' })
  assert.throws(() => readToolResult({ isError: true, content: [] }, shape), { kind: 'ToolFailed' })
  assert.throws(() => readToolResult(text('"odd"', true), shape), { kind: 'ToolFailed' })
})

test('a database that is away is away, not an error to mend', () => {
  const error = { message: 'The database cannot be reached', retry: true }
  assert.throws(() => readToolResult(text(JSON.stringify({ error }), true), shape), { kind: 'ToolsAway' })
})

const nonsense: readonly (readonly [string, CallToolResult])[] = [
  ['another shape', text('{"n":"1"}')],
  ['no JSON', text('one')],
  ['no text', { content: [] }],
  ['half a megabyte', text(JSON.stringify({ n: 1, pad: 'x'.repeat(500_000) }))],
]
for (const [name, result] of nonsense) {
  test(`${name} is nonsense`, () => {
    assert.throws(() => readToolResult(result, shape), { kind: 'ToolsNonsense' })
  })
}
