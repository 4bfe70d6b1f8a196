// The golden corpus with both engines. corpus/README.md says what it is, and publishes the figures that are compared here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findTestPython } from '../engine/spacy/test-spacy.ts'
import { readCorpus, schemas } from './read-corpus.fixture.ts'
import { answerCorpus, findDifferences, scorePart, tableRows } from './score-corpus.fixture.ts'

const readme = readFileSync(fileURLToPath(new URL('../../corpus/README.md', import.meta.url)), 'utf8')
  .split('\n')
  .map((line) => line.replace(/ +/g, ' '))

test('the corpus has at least 300 questions over several schemas, none twice', () => {
  const corpus = readCorpus()
  assert.ok(corpus.length >= 300)
  for (const schema of schemas) {
    const questions = corpus.filter((one) => one.schema === schema).map(({ question }) => question)
    assert.deepEqual(
      questions.filter((question, index) => questions.indexOf(question) !== index),
      [],
    )
  }
})

describe('with wink', async () => {
  const wink = await answerCorpus('wink')

  test('no two meanings share a key', () => {
    for (const part of ['tuning', 'held-out', 'library'] as const) {
      // What is held out is counted and not listed, so that nobody tunes for it.
      assert.equal(scorePart(wink, part).wrongPairs.length, 0, part)
    }
  })

  test('the published figures are the ones measured', () => {
    for (const row of tableRows('wink', wink)) assert.ok(readme.includes(row), row)
  })

  const python = await findTestPython()
  test('spaCy gives the same keys', { skip: python === undefined }, async () => {
    const spacy = await answerCorpus('spacy')
    assert.deepEqual(
      findDifferences(wink, spacy).map(({ question }) => question),
      [],
    )
    for (const row of tableRows('spacy', spacy)) assert.ok(readme.includes(row), row)
  })
})
