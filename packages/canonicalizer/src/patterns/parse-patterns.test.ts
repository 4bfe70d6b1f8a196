import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { describeProblem, mergePatternSets, parsePatterns } from './parse-patterns.ts'

/** What the only line is refused with; undefined when it is good. */
function refuse(line: unknown): string | undefined {
  const reading = parsePatterns(typeof line === 'string' ? line : JSON.stringify(line), 'a.jsonl')
  return reading.ok ? undefined : reading.problems.map(({ message }) => message).join()
}

const tokens = (...pattern: readonly unknown[]): unknown => ({ label: 'P', pattern })
const spacy = (...pattern: readonly unknown[]): unknown => ({ label: 'P', engine: 'spacy', pattern })

describe('parsePatterns', () => {
  test('reads phrases and tokens, and skips empty lines', () => {
    const reading = parsePatterns(
      '\uFEFF{"label":"ENTITY","pattern":" top  film ","id":"FILM"}\r\n\r\n{"label":"NOISE","pattern":[{"LOWER":"please"}],"note":"politeness"}\n',
      'a.jsonl',
    )
    assert.ok(reading.ok)
    assert.deepEqual(reading.set.patterns, [
      { source: 'a.jsonl', line: 1, label: 'ENTITY', id: 'FILM', engine: 'any', kind: 'phrase', pattern: 'top film' }, // prettier-ignore
      { source: 'a.jsonl', line: 3, label: 'NOISE', id: '', engine: 'any', kind: 'tokens', pattern: [{ LOWER: 'please' }] }, // prettier-ignore
    ])
  })

  test('names every bad line, with what to do', () => {
    const reading = parsePatterns('{"label":"A","pattern":"a"}\n{"label":"A"}\nfilm\n', 'films.jsonl')
    assert.deepEqual(reading.ok ? [] : reading.problems.map(describeProblem), [
      'films.jsonl:2: pattern: write a text, or a list of tokens',
      'films.jsonl:3: not JSON: write one complete object on each line',
    ])
  })

  test('takes the same label and id twice', () => {
    assert.ok(parsePatterns('{"label":"A","pattern":"a"}\n{"label":"A","pattern":"a"}', 'a').ok)
  })

  test('the version is that of the content, wherever it stands', () => {
    const read = (jsonl: string, source: string): string => {
      const reading = parsePatterns(jsonl, source)
      return reading.ok ? reading.set.version : assert.fail()
    }
    const one = '{"label":"A","pattern":"a"}'
    const other = '{"label":"A","pattern":"b"}'
    assert.equal(read(`${one}\n${other}`, 'a'), read(`\n${one}\n\n${other}`, 'b'))
    assert.notEqual(read(`${one}\n${other}`, 'a'), read(`${other}\n${one}`, 'a'))
    const sets = [one, other].map((line) => parsePatterns(line, 'x')).map((one) => (one.ok ? one.set : assert.fail())) // prettier-ignore
    assert.equal(mergePatternSets(sets).version, read(`${one}\n${other}`, 'a'))
  })

  test('does not throw, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map((pattern) => JSON.stringify({ label: 'P', pattern }))), (text) => { parsePatterns(text, 'a') }), // prettier-ignore
    )
  })
})

describe('a line is refused', () => {
  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ['that is no object', [], /write an object/],
    ['with a key of its own', { label: 'A', pattern: 'a', lable: 'B' }, /no key "lable"/],
    ['without a label', { pattern: 'a' }, /label: write a text/],
    ['with an empty label', { label: '', pattern: 'a' }, /label: write one/],
    ['with an id that is no text', { label: 'A', pattern: 'a', id: 3 }, /id: write a text/],
    [
      'for an engine that is not there',
      { label: 'A', pattern: 'a', engine: 'wink' },
      /engine: write "spacy"/,
    ],
    ['with an empty phrase', { label: 'A', pattern: ' ' }, /the phrase is empty/],
    ['with a key twice', '{"label":"A","pattern":[{"LOWER":"x","LOWER" : "y"}]}', /a key stands twice/],
    ['with half a character', '{"label":"A","pattern":"\\ud800"}', /half a character/],
    ['with a phrase that goes on and on', { label: 'A', pattern: 'a '.repeat(60) }, /60 words/],
    ['without tokens', tokens(), /list of tokens is empty/],
    ['with an empty token, which matches everything', tokens({}), /matches every word/],
    ['with a token that has an operator alone', tokens({ OP: '*' }), /matches every word/],
    ['with a token that is no object', tokens('film'), /token 1: write an object/],
    ['with a key that spaCy does not know', tokens({ LOWR: 'a' }), /no "LOWR"/],
    ['with a key in small letters', tokens({ lower: 'a' }), /write LOWER/],
    ['with a key that only spaCy knows', tokens({ LOWER: 'a' }, { POS: 'NOUN' }), /token 2: POS .* "engine": "spacy"/], // prettier-ignore
    ['with a key of an object that is none of ours', '{"label":"A","pattern":[{"__proto__":"a"}]}', /no "__proto__"/], // prettier-ignore
    ['with a value of the wrong type', tokens({ LOWER: 3 }), /LOWER: write a text/],
    ['with null', tokens({ LOWER: null }), /LOWER: write a text/],
    ['with a text for a flag', tokens({ IS_DIGIT: 'yes' }), /IS_DIGIT: write true or false/],
    ['with a number for a flag', tokens({ LIKE_NUM: 1 }), /write true or false/],
    ['with a text for a number', tokens({ LENGTH: '3' }), /LENGTH: write a whole number/],
    ['with half a number', tokens({ LENGTH: 2.5 }), /write a whole number/],
    ['with an empty predicate, which matches everything', tokens({ LOWER: {} }), /empty object matches every word/], // prettier-ignore
    [
      'with a predicate that spaCy ignores',
      tokens({ LOWER: { INN: ['a'] } }),
      /INN: there is no such predicate/,
    ],
    ['that compares texts', tokens({ LOWER: { '>=': 3 } }), /no such predicate for a text/],
    ['with an empty list', tokens({ LOWER: { IN: [] } }), /IN: the list is empty/],
    ['with a text for a list', tokens({ LOWER: { IN: 'a' } }), /IN: write a list/],
    ['with a list of anything', tokens({ LOWER: { NOT_IN: ['a', 1] } }), /NOT_IN: write a text/],
    ['with a FUZZY that is not there', tokens({ LOWER: { FUZZY10: 'a' } }), /FUZZY1 to FUZZY9/],
    ['with a nested predicate', tokens({ LOWER: { FUZZY: { REGEX: 'a' } } }), /only IN and NOT_IN/],
    ['with two words for one token', tokens({ LOWER: 'top film' }), /a token is one word/],
    ['with capitals in LOWER, which never match', tokens({ LOWER: 'PG' }), /write "pg"/],
    ['with capitals in a list of LOWER', tokens({ LOWER: { IN: ['pg', 'R'] } }), /write "r"/],
    ['with an operator that is not there', tokens({ LOWER: 'a', OP: '**' }), /OP is "\*\*"/],
    ['with an operator that is no text', tokens({ LOWER: 'a', OP: 2 }), /OP is 2/],
    ['with an operator that matches nothing', tokens({ LOWER: 'a', OP: '{0}' }), /matches nothing/],
    ['with an operator the wrong way round', tokens({ LOWER: 'a', OP: '{3,2}' }), /the smaller one/],
    ['with too many tokens', tokens(...Array.from({ length: 31 }, () => ({ LOWER: 'a' }))), /more than 30/],
    ['with an operator that makes too many', tokens({ LOWER: 'a', OP: '{40}' }), /over 30 tokens/],
    ['that takes exponential time in spaCy', tokens(...Array.from({ length: 3 }, () => ({ LENGTH: 1, OP: '*' }))), /too long: 3 open-ended/], // prettier-ignore
    [
      'that takes gigabytes in spaCy',
      tokens({ LOWER: 'a', OP: '{,13}' }),
      /too long: 0 open-ended .* and 13 optional/,
    ],
    ['with a REGEX that is none', tokens({ LOWER: { REGEX: '(' } }), /REGEX: REGEX "\(": a \( without/],
    [
      'with nodes, for any engine',
      tokens({ RIGHT_ID: 'a', RIGHT_ATTRS: { POS: 'VERB' } }),
      /DependencyMatcher/,
    ],
    ['with a node without a name', spacy({ RIGHT_ATTRS: { POS: 'VERB' } }), /node 1: the first node has/],
    ['with a node that hangs on nothing', spacy({ RIGHT_ID: 'a', RIGHT_ATTRS: { POS: 'VERB' } }, { LEFT_ID: 'x', REL_OP: '>', RIGHT_ID: 'b', RIGHT_ATTRS: { DEP: 'dobj' } }), /node 2: LEFT_ID/], // prettier-ignore
    ['with an operator for nodes that is not there', spacy({ RIGHT_ID: 'a', RIGHT_ATTRS: { POS: 'VERB' } }, { LEFT_ID: 'a', REL_OP: '=>', RIGHT_ID: 'b', RIGHT_ATTRS: { DEP: 'dobj' } }), /REL_OP/], // prettier-ignore
    ['with a node that matches everything', spacy({ RIGHT_ID: 'a', RIGHT_ATTRS: {} }), /RIGHT_ATTRS: it says nothing/], // prettier-ignore
  ]
  for (const [title, line, message] of bad) {
    test(title, () => assert.match(refuse(line) ?? 'good', message))
  }

  test('unless it is good', () => {
    const good = [
      tokens(
        { LOWER: { REGEX: '^movies?$', NOT_IN: ['movie'] }, OP: '{1,3}' },
        { LENGTH: { '>=': 2, '<': 9 } },
      ),
      tokens(
        { TEXT: { FUZZY2: { IN: ['Movie'] } } },
        { SHAPE: 'dddd', OP: '?' },
        { IS_PUNCT: false, OP: '!' },
      ),
      spacy({ POS: 'NOUN', LEMMA: { IN: ['film'] } }, { MORPH: { IS_SUPERSET: ['Number=Plur'] } }),
      spacy({ RIGHT_ID: 'a', RIGHT_ATTRS: { POS: 'VERB' } }, { LEFT_ID: 'a', REL_OP: '>', RIGHT_ID: 'b', RIGHT_ATTRS: { DEP: 'dobj' } }), // prettier-ignore
    ]
    for (const line of good) assert.equal(refuse(line), undefined)
    assert.equal(refuse({ label: 'A', pattern: [{ LOWER: '"a":' }], note: '{"a": "a\\": "}' }), undefined)
  })
})
