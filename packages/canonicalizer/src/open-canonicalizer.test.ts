import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { patternsFile } from './corpus/read-corpus.fixture.ts'
import { openCanonicalizer } from './open-canonicalizer.ts'

const films = await openCanonicalizer({ engine: 'wink', patterns: patternsFile('film-rental') })
after(() => films.close())

function patternLine(label: string, pattern: string, id: string): string {
  return `${JSON.stringify({ label, pattern, id })}\n`
}

describe('a question', () => {
  test('becomes constraints, a fingerprint and a key', async () => {
    const query = await films.processQuery('Top 10 PG rated movies')
    assert.equal(query.fingerprint, 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM')
    assert.equal(query.confidence, 1)
    assert.equal(query.engine, 'wink')
    assert.equal(query.patternsVersion, films.patternsVersion)
    assert.deepEqual(query.constraints, [
      { kind: 'limit', count: 10, from: 'TOP', span: { start: 0, end: 6 } },
      {
        kind: 'filter',
        attribute: 'RATING',
        operator: '=',
        values: ['PG'],
        negated: false,
        isLiteral: false,
        span: { start: 7, end: 15 },
      },
      { kind: 'entity', id: 'FILM', span: { start: 16, end: 22 } },
    ])
  })

  test('has its constraints where they stand, in UTF-16 units', async () => {
    const question = '🎬🎬 the twenty-five ＬＯＮＧＥＳＴ mov\u0301ies?'
    const { constraints } = await films.processQuery(question)
    const sort = constraints.find(({ kind }) => kind === 'sort')
    assert.equal(question.slice(sort?.span.start, sort?.span.end), 'ＬＯＮＧＥＳＴ')
  })

  test('that nobody understands has a key of its own, and no confidence', async () => {
    const one = await films.processQuery('blue whales')
    const other = await films.processQuery('grey whales')
    assert.notEqual(one.key, other.key)
    assert.equal(one.confidence, 0)
  })

  test('of any kind is answered, the same each time, with places that are within it', async () => {
    const words = fc.constantFrom(
      ...'top 10 first not no or and but without films movies PG R rated longest than more 5 120 minutes in 2005 by per each customers from Canada average length of how many last month between , ? with the most is about robots'.split(
        ' ',
      ),
    )
    const questions = fc.oneof(
      fc.array(words, { maxLength: 14 }).map((list) => list.join(' ')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(questions, async (question) => {
        const [one, other] = await Promise.all([films.processQuery(question), films.processQuery(question)])
        assert.deepEqual(one, other)
        assert.ok(one.confidence >= 0 && one.confidence <= 1)
        for (const { span } of one.constraints) {
          assert.ok(0 <= span.start && span.start < span.end && span.end <= question.length)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('of 4 096 characters takes no longer than its words', async () => {
    await assert.rejects(films.processQuery('x'.repeat(4_097)), { code: 'QUESTION_TOO_LONG' })
    const { confidence } = await films.processQuery('not PG or R, '.repeat(60))
    assert.ok(confidence >= 0)
  })

  test('that has no place is refused before any work is done for it', async (t) => {
    const patterns = patternLine('ENTITY', 'film', 'FILM')
    const small = await openCanonicalizer({ engine: 'wink', patterns, wink: { maxWaiting: 1 } })
    t.after(() => small.close())
    const asked = await Promise.allSettled(['films', 'films', 'x'.repeat(5_000)].map((one) => small.processQuery(one))) // prettier-ignore
    const codes = asked.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : ''))
    assert.equal(codes[2], 'ENGINE_BUSY', 'nobody looked how long it is')
  })

  test('that is aborted is rejected with the reason', async () => {
    const reason = new Error('enough')
    await assert.rejects(films.processQuery('films', { signal: AbortSignal.abort(reason) }), reason)
  })
})

describe('patterns', () => {
  test('are given as text too, and the base cues are there', async (t) => {
    const patterns = patternLine('ENTITY', 'Ships', 'SHIP')
    const ships = await openCanonicalizer({ engine: 'wink', patterns })
    t.after(() => ships.close())
    assert.equal((await ships.processQuery('How many ships are there?')).fingerprint, 'METRIC:COUNT(SHIP)')
  })

  test('that are bad are named with their line', async () => {
    const patterns = patternLine('ENTITY', 'ship', 'SHIP') + '{"label":"ENTITY","pattern":[{"LOWR":"x"}]}\n'
    await assert.rejects(openCanonicalizer({ engine: 'wink', patterns }), {
      code: 'BAD_PATTERNS',
      message: /:2:/,
    })
    await assert.rejects(
      openCanonicalizer({ engine: 'wink', patterns: patternLine('ENTITY', '?!', 'X') }),
      /:1:/,
    )
  })
})

test('hints of spaCy are no part of a fingerprint where wink runs', async (t) => {
  const patterns =
    patternLine('ENTITY', 'ship', 'SHIP') +
    '{"label":"REFUSE","id":"SHIP","engine":"spacy","pattern":[{"POS":"VERB"}]}\n'
  const ships = await openCanonicalizer({ engine: 'wink', patterns })
  t.after(() => ships.close())
  assert.equal((await ships.processQuery('ships')).fingerprint, 'SELECT:SHIP')
})
