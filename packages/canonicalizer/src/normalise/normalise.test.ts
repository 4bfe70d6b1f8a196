import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxQuestionChars, normalise, QuestionTooLong } from './normalise.ts'
import { makeVocabulary } from './vocabulary.ts'

const vocabulary = makeVocabulary(
  'film movies customer rental country rated pg13 comedy são paulo series address status category actors top two ten'
    .split(' ')
    .map((text) => ({ text, kind: 'word' })),
)
const read = (question: string): string => normalise(question, vocabulary).text

function becomes(cases: Readonly<Record<string, string>>): void {
  for (const [question, expected] of Object.entries(cases)) assert.equal(read(question), expected, question)
}

describe('one way of writing', () => {
  test('case, widths, quotes, dashes and spaces make no difference', () => {
    becomes({
      'Top  TEN\tFilms?': 'top 10 film',
      'ＦＩＬＭ “x” — y': 'film x y',
      film_id: 'film id',
      'rock & roll': 'rock and roll',
      'U.S. films': 'us film',
    })
  })

  test('contractions are written out, possessives dropped', () => {
    becomes({
      "don't isn't can't cannot dont": 'do not is not can not can not do not',
      'What’s the customer’s country': 'what is the customer country',
      "the customers' films": 'the customer film',
      "let's": 'let us',
      "O'Brien": 'obrien',
    })
  })

  test('hyphens join a code and separate words', () => {
    becomes({
      'PG-13': 'pg13',
      'PG 13': 'pg13',
      'R-rated': 'r rated',
      '120-minute': '120 minute',
      '90-120': '90 to 120',
    })
  })

  test('operators and currencies are words', () => {
    becomes({
      'x>=5': 'x >= 5',
      'x≥5': 'x >= 5',
      'a <> b': 'a != b',
      '$5.50': '5.50 dollar',
      '5%': '5 percent',
    })
  })
})

describe('numbers', () => {
  test('are digits, however they are written', () => {
    becomes({
      '1,000': '1000',
      '10k': '10000',
      '1.5bn': '1500000000',
      'twenty-five': '25',
      'a hundred and twenty': '120',
      'two thousand five': '2005',
      'a dozen': '12',
      'two dozen': '24',
      '1.5 million': '1500000',
      'five hundred thousand': '500000',
      '.5': '0.5',
      '-5': '-5',
      top10: 'top 10',
    })
  })

  test('stay apart where they are two', () => {
    becomes({
      'between a hundred and twenty': 'between 100 and 20',
      'between one hundred and two hundred': 'between 100 and 200',
      'between ninety and a hundred and twenty': 'between 90 and 120',
      'twenty, five': '20 5',
      'one two three': '1 2 3',
      'which one': 'which one',
    })
  })

  test('that give an order keep it', () => {
    becomes({
      '1st': 'first',
      'twenty-first': '21st',
      thirteenth: '13th',
      '22nd': '22nd',
      '11th': 'eleventh',
    })
  })
})

test('words that every object has a property of are words', () => {
  becomes({ 'constructor of __proto__': 'constructor of proto', valueOf: 'valueof', toString: 'tostring' })
})

describe('dates', () => {
  test('are one word of one form', () => {
    becomes({
      'January 2005': '2005-01',
      'Jan 5, 2005': '2005-01-05',
      '5th of January 2005': '2005-01-05',
      '2005/1/5': '2005-01-05',
      'Q1 2005': '2005-q1',
      'first quarter of 2005': '2005-q1',
      "the 1980's": 'the 1980s',
    })
  })

  test('that are ambiguous or impossible stay as they are', () => {
    becomes({
      '1/5/2005': '1/5/2005',
      '2005-02-30': '2005-02-30',
      'may march': 'may march',
      'last 30 days': 'last 30 days',
      'top 5 January 2005': 'top 5 2005-01',
    })
  })
})

describe('words', () => {
  test('are changed only into words that the patterns know', () => {
    becomes({
      'movies categories comedies': 'movie category comedy',
      'series address status pass dogs': 'series address status pass dogs',
      'sao paulo': 'são paulo',
      'moveis custmer catgeory': 'movie customer category',
    })
  })

  test('are not taken for others that are near', () => {
    becomes({
      county: 'county',
      moves: 'moves',
      factors: 'factors',
      rates: 'rates',
      'film1 flm': 'film1 flm',
    })
  })

  test('tell whether they were plural', () => {
    assert.deepEqual(
      normalise('movie movies moveis', vocabulary).words.map(({ isPlural }) => isPlural),
      [false, true, true],
    )
  })
})

test('every word has its place in the question, in UTF-16 units', () => {
  const question = '😀 Tóp\u0301 ﬁlms,  twenty-five\u200b!'
  const places = normalise(question, vocabulary).words.map(({ text, start, end }) => [
    text,
    question.slice(start, end),
  ])
  assert.deepEqual(places, [
    ['😀', '😀'],
    ['top', 'Tóp\u0301'],
    ['film', 'ﬁlms'],
    ['25', 'twenty-five'],
  ])
})

test('a question that is too long is refused', () => {
  assert.throws(() => normalise('x'.repeat(maxQuestionChars + 1)), QuestionTooLong)
  assert.throws(() => normalise('a '.repeat(300)), QuestionTooLong)
})

describe('of any text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      ..."a an and one two ten twenty hundred thousand dozen first second quarter of january may 5 2005 2005-01-05 q1 1.5m 10k top don't 's $ - . , ½ ﬁ İ é e\u0301 \u200d movies moveis pg 13 no-one U.S. between x".split(
        ' ',
      ),
    ),
  )
  const anyText = fc
    .array(fc.tuple(piece, fc.constantFrom(' ', '', '-', ', ', "'")), { maxLength: 12 })
    .map((pieces) => pieces.flat().join(''))

  test('places are within it, in order of their ends, and never empty', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const { start, end, textStart, textEnd, text: word } of normalise(text, vocabulary).words) {
          assert.ok(0 <= start && start < end && end <= text.length)
          assert.equal(normalise(text, vocabulary).text.slice(textStart, textEnd), word)
          assert.ok(word !== '' && !/\s/.test(word))
        }
      }),
    )
  })

  test('what was normalised is not changed again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = read(text)
        assert.equal(read(once), once)
      }),
      { numRuns: 1_000 },
    )
  })
})
