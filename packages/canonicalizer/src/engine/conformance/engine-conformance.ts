// What engine/nlp-engine.ts promises, as tests that every engine runs. A file of an engine's calls `describeEngine`.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxTextChars, maxTextWords, type Analysis, type NlpEngine } from '../nlp-engine.ts'
import { splitWords } from '../split-words.ts'
import { matchingExamples } from './matching-examples.ts'
import { readSet } from './read-set.ts'

export interface EngineUnderTest {
  readonly name: string
  /** Without patterns. The suite closes it. */
  readonly open: () => Promise<NlpEngine>
  readonly skip?: string | false
}

const films = readSet(
  { label: 'FILTER', id: 'RATING=PG', pattern: 'pg rated' },
  { label: 'ENTITY', id: 'FILM', pattern: [{ LOWER: { REGEX: '^(film|movie)s?$' } }] },
  { label: 'LIMIT', id: 'TOP', pattern: [{ LOWER: 'top' }, { LIKE_NUM: true }] },
  { label: 'NOISE', pattern: 'rated' },
  { label: 'OTHER', id: 'TWIN', pattern: 'pg rated' },
)
const rows = readSet({ label: 'ENTITY', id: 'ROW', pattern: 'movies' })

export function describeEngine({ name, open, skip = false }: EngineUnderTest): void {
  describe(`${name} keeps what the port promises`, { skip }, () => {
    test('the longest match stands, then the earliest, then that of the pattern that comes first', async () => {
      await using engine = await openWith(open, films)
      const { matches, patternsVersion } = await engine.analyse('top 10 pg rated movies')
      assert.deepEqual(matches, [
        { label: 'LIMIT', id: 'TOP', start: 0, end: 6, patternIndex: 2 },
        { label: 'FILTER', id: 'RATING=PG', start: 7, end: 15, patternIndex: 0 },
        { label: 'ENTITY', id: 'FILM', start: 16, end: 22, patternIndex: 1 },
      ])
      assert.equal(patternsVersion, films.version)
    })

    test('each part of the stated subset means what it means to spaCy', async () => {
      await using engine = await openWith(open)
      for (const { pattern, text, found } of matchingExamples) {
        await engine.setPatterns(readSet({ label: 'P', pattern }))
        const { matches } = await engine.analyse(text)
        assert.deepEqual(
          matches.map(({ start, end }) => text.slice(start, end)),
          found,
          `${JSON.stringify(pattern)} in ${text}`,
        )
      }
    })

    test('tokens are what stands between spaces, and offsets count UTF-16 units, whatever the text is made of', async () => {
      await using engine = await openWith(open, readSet({ label: 'ENTITY', id: 'FILM', pattern: 'film' }))
      const special = [
        '😀',
        'e\u0301',
        '\ud800',
        '\udc00film',
        'film\0',
        '\u00a0',
        '"',
        "don't",
        '10k',
        'ﬁlm',
      ]
      const word = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('film', ...special),
        fc.string({ unit: 'grapheme', minLength: 190, maxLength: 210 }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (words) => {
          const text = words.join(' ')
          const { tokens, matches } = await engine.analyse(text)
          assert.deepEqual(tokens, splitWords(text).tokens)
          const expected = tokens.filter(({ start, end }) => text.slice(start, end) === 'film')
          assert.deepEqual(
            matches.map(({ start, end }) => ({ start, end })),
            expected,
          )
        }),
        { numRuns: 100 },
      )
    })

    test('a text without words has no tokens; one that is too long is refused, and the longest is not', async () => {
      await using engine = await openWith(open, films)
      for (const text of ['', ' \n\u00a0 ']) {
        const { name, model } = engine
        assert.deepEqual(await engine.analyse(text), { tokens: [], matches: [], hints: [], patternsVersion: films.version, engine: name, model }) // prettier-ignore
      }
      const longest = await engine.analyse('film '.repeat(maxTextWords).trim())
      assert.equal(longest.matches.length, maxTextWords)
      await assert.rejects(engine.analyse('film '.repeat(maxTextWords + 1)), { code: 'ENGINE_TEXT' })
      await assert.rejects(engine.analyse('f'.repeat(maxTextChars + 1)), { code: 'ENGINE_TEXT' })
    })

    test('no patterns find nothing, and patterns for spaCy alone make no match', async () => {
      await using engine = await openWith(open)
      assert.deepEqual((await engine.analyse('films')).matches, [])
      await engine.setPatterns(readSet({ label: 'NOUN', engine: 'spacy', pattern: [{ LOWER: 'films' }] }))
      assert.deepEqual((await engine.analyse('films')).matches, [])
    })

    test('questions asked at once get each its own answer', async () => {
      await using engine = await openWith(open, films)
      const texts = Array.from({ length: 100 }, (_, index) => `${'x '.repeat(index % 20)}films ${index}`)
      const answers = await Promise.all(texts.map((text) => engine.analyse(text)))
      answers.forEach(({ matches }, index) =>
        assert.equal(texts[index]?.slice(matches[0]?.start, matches[0]?.end), 'films'),
      )
    })

    test('who asks stays in his own asynchronous context', async () => {
      await using engine = await openWith(open, films)
      const storage = new AsyncLocalStorage<number>()
      const asked = Array.from({ length: 20 }, (_, index) =>
        storage.run(index, async () => {
          await engine.analyse('films')
          return storage.getStore()
        }),
      )
      assert.deepEqual(
        await Promise.all(asked),
        asked.map((_, index) => index),
      )
    })

    test('a swap is atomic: each answer is of one set, and of the new one once the swap resolved', async () => {
      await using engine = await openWith(open, films)
      const ids = new Map([films, rows].map((set) => [set.version, set === films ? 'FILM' : 'ROW']))
      const seen = new Set<string>()
      const check = ({ matches, patternsVersion }: Analysis): void => {
        assert.deepEqual(
          matches.map(({ id }) => id),
          [ids.get(patternsVersion)],
        )
        seen.add(patternsVersion)
      }
      for (let swaps = 0; swaps < 20; swaps += 1) {
        const asked = Array.from({ length: 5 }, () => engine.analyse('all movies'))
        const next = swaps % 2 === 0 ? rows : films
        await engine.setPatterns(next)
        const after = await engine.analyse('all movies')
        assert.equal(after.patternsVersion, next.version)
        for (const answer of [after, ...(await Promise.all(asked))]) check(answer)
      }
      assert.equal(seen.size, 2)
    })

    test('an abort rejects with its reason, and costs nobody else', async () => {
      await using engine = await openWith(open, films)
      const reason = new Error('asked enough')
      await assert.rejects(engine.analyse('films', { signal: AbortSignal.abort(reason) }), reason)
      const controller = new AbortController()
      const asked = engine.analyse('films', { signal: controller.signal })
      controller.abort(reason)
      await assert.rejects(asked, reason)
      assert.equal((await engine.analyse('films')).matches.length, 1)
    })

    test('after the close everything is refused, and what waits is not forgotten', async () => {
      const engine = await openWith(open, films)
      const asked = Promise.allSettled(Array.from({ length: 20 }, () => engine.analyse('films')))
      await engine.close()
      await engine.close()
      for (const outcome of await asked) {
        if (outcome.status === 'rejected') assert.equal((outcome.reason as { code?: string }).code, 'ENGINE_GONE') // prettier-ignore
      }
      await assert.rejects(engine.analyse('films'), { code: 'ENGINE_GONE' })
      assert.throws(() => engine.ensurePlace(), { code: 'ENGINE_GONE' })
      await assert.rejects(engine.setPatterns(rows), { code: 'ENGINE_GONE' })
    })
  })
}

async function openWith(
  open: () => Promise<NlpEngine>,
  patterns?: ReturnType<typeof readSet>,
): Promise<NlpEngine & AsyncDisposable> {
  const engine = await open()
  if (patterns !== undefined) await engine.setPatterns(patterns)
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.close() })
}
