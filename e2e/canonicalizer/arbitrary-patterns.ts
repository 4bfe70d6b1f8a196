// Random patterns of the stated subset, and texts in which they have a chance to match.
import fc from 'fast-check'

const words = [
  ...[
    'a',
    'b',
    'A',
    'aa',
    'ab',
    'abc',
    'top',
    'tpo',
    'movie',
    'movies',
    'pg13',
    "don't",
    'u.s.',
    '10k',
    'pg-13',
  ],
  ...[
    '10',
    '3.5',
    '1,000',
    '3/4',
    '1/2/3',
    '+5',
    '~7',
    '-',
    '1st',
    '22nd',
    'ten',
    'Tenth',
    'hundred',
    't.en',
  ],
  ...[
    '?',
    '?!',
    '½',
    '²',
    '٣',
    '١٢',
    '日本',
    'Éa',
    'ß',
    'ſt',
    'ǅ',
    'ⅷ',
    '😀',
    '😀😀',
    'x'.repeat(101),
    'STRASSE',
  ],
]
const lowers = [...new Set(words.map((word) => word.toLowerCase()))]
const shapes = ['x', 'xx', 'xxx', 'xxxx', 'dd', 'd', 'X', 'xxdd', 'LONG', 'd.d', 'Xx']
const regexes = [
  ...[
    '^a',
    'b$',
    '^(?:a|b)$',
    'movies?',
    '\\d',
    '^\\d+$',
    '^\\d{1,2}$',
    '[^a-c]',
    '\\bt',
    '.\\.',
    '^.{2,3}$',
  ],
  ...[
    '\\W',
    '^\\w+$',
    '[\\d/]',
    'o.*e',
    'a|1',
    '\\D$',
    '^\\S*?o',
    'm(?:ov)ies?',
    '\\bo',
    'x{4,}',
    '[a\\-]1?3',
  ],
]

const text = fc.constantFrom(...words)
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 4 })
const fuzzy = fc.constantFrom('FUZZY', 'FUZZY1', 'FUZZY2', 'FUZZY3', 'FUZZY9')

function textValue(values: readonly string[]): fc.Arbitrary<unknown> {
  const value = fc.constantFrom(...values)
  const predicate = fc.oneof(
    fc.record({ IN: some(value) }),
    fc.record({ NOT_IN: some(value) }),
    fc.constantFrom(...regexes).map((regex) => ({ REGEX: regex })),
    some(fc.constantFrom(...regexes)).map((list) => ({ REGEX: { IN: list } })),
    some(fc.constantFrom(...regexes)).map((list) => ({ REGEX: { NOT_IN: list } })),
    fc.tuple(fuzzy, value).map(([name, one]) => ({ [name]: one })),
    fc.tuple(fuzzy, some(value)).map(([name, list]) => ({ [name]: { IN: list } })),
    fc.tuple(fuzzy, some(value)).map(([name, list]) => ({ [name]: { NOT_IN: list } })),
  )
  return fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 2, arbitrary: predicate },
    {
      weight: 1,
      arbitrary: fc.tuple(predicate, predicate).map(([one, other]) => ({ ...one, ...other })),
    },
  )
}

const count = fc.integer({ min: 0, max: 5 })
const lengthValue = fc.oneof(
  count,
  fc.record({ IN: some(count) }),
  fc.record({ NOT_IN: some(count) }),
  fc
    .tuple(fc.constantFrom('==', '!=', '>=', '<=', '>', '<'), count)
    .map(([operator, n]) => ({ [operator]: n })),
  fc.record({ '>=': count, '<': count }),
)

const attribute = fc.oneof(
  { weight: 4, arbitrary: textValue(lowers).map((value) => ({ LOWER: value })) },
  { weight: 2, arbitrary: textValue(words).map((value) => ({ TEXT: value })) },
  textValue(words).map((value) => ({ ORTH: value })),
  textValue(shapes).map((value) => ({ SHAPE: value })),
  { weight: 2, arbitrary: lengthValue.map((value) => ({ LENGTH: value })) },
  fc
    .tuple(fc.constantFrom('IS_DIGIT', 'LIKE_NUM', 'IS_PUNCT'), fc.boolean())
    .map(([key, value]) => ({ [key]: value })),
)

const operator = fc.constantFrom(
  ...['!', '?', '*', '+', '{1}', '{2}', '{0,1}', '{1,2}', '{,2}', '{0,3}', '{1,}', '{0,}', '{2,}'],
)

const token = fc
  .tuple(
    fc.array(attribute, { minLength: 1, maxLength: 2 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary: operator }),
  )
  .map(([attributes, op]) => ({
    ...(Object.assign({}, ...attributes) as Record<string, unknown>),
    ...(op === undefined ? {} : { OP: op }),
  }))

/** A phrase, or a list of tokens; some are more than a pattern may be. */
export const arbitraryPattern: fc.Arbitrary<string | Record<string, unknown>[]> = fc.oneof(
  { weight: 1, arbitrary: fc.array(text, { minLength: 1, maxLength: 3 }).map((list) => list.join(' ')) },
  { weight: 4, arbitrary: fc.array(token, { minLength: 1, maxLength: 4 }) },
)

export const arbitraryWords: fc.Arbitrary<string[]> = fc.oneof(
  fc.array(text, { maxLength: 8 }),
  fc.array(fc.constantFrom('a', 'b', 'aa', '10'), { maxLength: 10 }),
)

/** Any letters, for what is said of a word by itself. */
export const arbitraryWord: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
  )
  .map((value) => value.replace(/\s/gu, '').toWellFormed())
  .filter((value) => value !== '')
