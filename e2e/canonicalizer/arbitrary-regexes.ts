// Random regular expressions, and words of the letters that they are about.
import fc from 'fast-check'

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    '1',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\D',
    '\\W',
    '\\S',
    '\\.',
    '\\-',
    '/',
    '-',
    'é',
    '٣',
    '²',
    '😀',
    '_',
    '\\b',
    '^',
    '$',
  ],
  ...[
    '[ab]',
    '[^ab]',
    '[a-z0-9]',
    '[\\d_]',
    '[^\\w]',
    '[-a]',
    '[a-]',
    '[\\]\\[]',
    '[.*+?]',
    '[é-ü]',
    '[\\^b]',
    '[b^]',
    '[/\\\\]',
  ],
)
const repetition = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  {
    weight: 8,
    arbitrary: fc.constantFrom('?', '*', '+', '{2}', '{1,}', '{1,2}', '{0,3}', '??', '*?', '+?', '{1,2}?'),
  },
  { weight: 1, arbitrary: fc.constantFrom('++', '{,2}', '**') },
)

/** Regular expressions as people might write them, some of them refused. */
export const arbitraryRegex: fc.Arbitrary<string> = fc.letrec<{ regex: string; term: string }>((tie) => ({
  term: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small' },
        { weight: 9, arbitrary: atom },
        tie('regex').map((inner) => `(?:${inner})`),
        tie('regex').map((inner) => `(${inner})`),
      ),
      repetition,
    )
    .map(([one, times]) => one + times),
  regex: fc
    .array(
      fc.array(tie('term'), { minLength: 1, maxLength: 3 }).map((terms) => terms.join('')),
      { minLength: 1, maxLength: 2 },
    )
    .map((alternatives) => alternatives.join('|')),
})).regex

/** Of the letters that those are about. */
export const arbitraryRegexWord: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'c',
    '1',
    '٣',
    '²',
    '_',
    '-',
    '.',
    '/',
    'é',
    'ü',
    '😀',
    '^',
    ']',
    '*',
    '\\',
  ),
  minLength: 1,
  maxLength: 6,
})
