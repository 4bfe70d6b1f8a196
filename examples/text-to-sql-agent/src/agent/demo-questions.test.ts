import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openCanonicalizer } from '@holdfast/canonicalizer'
import { readScript } from '../model-stand-in/read-script.ts'
import { readDemoQuestions } from './demo-questions.ts'

const questions = readDemoQuestions()
const patterns = fileURLToPath(new URL('../../patterns/chinook.jsonl', import.meta.url))

test('there are twenty, one corrected, one that fails, in conversations of several', () => {
  assert.equal(questions.length, 20)
  const outcomes = questions.map(({ expect }) => expect.outcome).filter((outcome) => outcome !== 'answered')
  assert.deepEqual(outcomes.sort(), ['corrected', 'failed'])
  for (const asked of Map.groupBy(questions, ({ conversation }) => conversation).values()) {
    assert.ok(asked.length >= 2)
  }
})

test('the stand-in for a model has all of them and no others', () => {
  const scripted = readScript().flatMap(({ questions: wordings }) => wordings)
  assert.deepEqual(scripted.sort(), questions.map(({ question }) => question).sort())
})

test('the wordings of one question, and no others, have one fingerprint, fully understood', async () => {
  const canonicalizer = await openCanonicalizer({ engine: 'wink', patterns })
  for (const { question, expect } of questions) {
    const { fingerprint, confidence } = await canonicalizer.processQuery(question)
    assert.deepEqual([fingerprint, confidence], [expect.fingerprint, 1], question)
  }
  await canonicalizer.close()
  const fingerprintOf = (wording: string) =>
    questions.find(({ question }) => question === wording)?.expect.fingerprint
  const groups = readScript().map((entry) => new Set(entry.questions.map(fingerprintOf)))
  assert.ok(groups.every(({ size }) => size === 1))
  assert.equal(new Set(groups.flatMap((group) => [...group])).size, groups.length)
})
