// One line for each thing that a pattern can say: the pattern, a text, and the matches that stand in it.

export interface MatchingExample {
  readonly pattern: unknown
  readonly text: string
  readonly found: readonly string[]
}

const any = { LENGTH: { '>=': 1 } }

export const matchingExamples: readonly MatchingExample[] = [
  { pattern: 'top film', text: 'top film tops film', found: ['top film'] },
  { pattern: 'top film', text: 'Top film', found: [] },
  { pattern: [{ TEXT: 'PG' }], text: 'pg PG', found: ['PG'] },
  { pattern: [{ ORTH: 'PG' }], text: 'pg PG', found: ['PG'] },
  { pattern: [{ LOWER: 'pg' }], text: 'pg PG pgs', found: ['pg', 'PG'] },
  { pattern: [{ LENGTH: 2 }], text: 'a ab abc 😀😀', found: ['ab', '😀😀'] },
  { pattern: [{ LENGTH: { '>=': 2, '<': 4 } }], text: 'a ab abc abcd', found: ['ab', 'abc'] },
  { pattern: [{ LENGTH: { '>': 2, '<=': 4 } }], text: 'a ab abc abcd', found: ['abc', 'abcd'] },
  { pattern: [{ LENGTH: { '!=': 2 } }], text: 'a ab', found: ['a'] },
  { pattern: [{ LENGTH: { '==': 2 } }], text: 'a ab', found: ['ab'] },
  { pattern: [{ LENGTH: { IN: [1, 3] } }], text: 'a ab abc', found: ['a', 'abc'] },
  { pattern: [{ SHAPE: 'xxdd' }], text: 'pg13 PG13 pg1', found: ['pg13'] },
  { pattern: [{ SHAPE: 'xxxx' }], text: 'movies film x', found: ['movies', 'film'] },
  { pattern: [{ IS_DIGIT: true }], text: '10 ten 1.5 x', found: ['10'] },
  { pattern: [{ IS_DIGIT: false }], text: '10 ten', found: ['ten'] },
  {
    pattern: [{ LIKE_NUM: true }],
    text: '10 ten 1.5 1st 3/4 tenth x10',
    found: ['10', 'ten', '1.5', '1st', '3/4', 'tenth'],
  },
  { pattern: [{ IS_PUNCT: true }], text: 'a ? ?! a?', found: ['?', '?!'] },
  { pattern: [{ LOWER: { IN: ['a', 'b'] } }], text: 'A b c', found: ['A', 'b'] },
  { pattern: [{ LOWER: { NOT_IN: ['a', 'b'] } }], text: 'A b c', found: ['c'] },
  { pattern: [{ TEXT: { REGEX: '^mov' } }], text: 'movie amovie movies', found: ['movie', 'movies'] },
  { pattern: [{ LOWER: { REGEX: '\\d' } }], text: 'pg13 x ٣', found: ['pg13', '٣'] },
  { pattern: [{ LOWER: { REGEX: '^[éß]+$' } }], text: 'éß x', found: ['éß'] },
  { pattern: [{ LOWER: { REGEX: { IN: ['^a', 'z$'] } } }], text: 'ab xz x', found: ['ab', 'xz'] },
  { pattern: [{ LOWER: { FUZZY: 'movie' } }], text: 'mvoie movies moovie film', found: ['mvoie', 'movies', 'moovie'] }, // prettier-ignore
  { pattern: [{ LOWER: { FUZZY1: 'movie' } }], text: 'mvoie movies moovie film', found: ['movies', 'moovie'] }, // prettier-ignore
  { pattern: [{ LOWER: { FUZZY1: { IN: ['movie', 'film'] } } }], text: 'movies films rent', found: ['movies', 'films'] }, // prettier-ignore
  { pattern: [{ LOWER: { REGEX: '^m', NOT_IN: ['most'] } }], text: 'most movies', found: ['movies'] },
  { pattern: [{ LOWER: 'a' }, { LOWER: 'b', OP: '!' }], text: 'a b a c', found: ['a c'] },
  { pattern: [{ LOWER: 'a' }, { LOWER: 'b', OP: '!' }], text: 'c a', found: [] },
  { pattern: [{ LOWER: 'a', OP: '?' }, { LOWER: 'b' }], text: 'a b b', found: ['a b', 'b'] },
  { pattern: [{ LOWER: 'a', OP: '+' }], text: 'a a a b a', found: ['a a a', 'a'] },
  { pattern: [{ LOWER: 'a' }, { LOWER: 'b', OP: '*' }], text: 'a b b c a', found: ['a b b', 'a'] },
  { pattern: [{ LOWER: 'a', OP: '{2}' }], text: 'a a a b a', found: ['a a'] },
  { pattern: [{ LOWER: 'a', OP: '{2,}' }], text: 'a a a b a', found: ['a a a'] },
  { pattern: [{ LOWER: 'a', OP: '{,2}' }, { LOWER: 'b' }], text: 'a a a b', found: ['a a b'] },
  { pattern: [{ LOWER: 'a', OP: '{1,2}' }], text: 'a a a', found: ['a a', 'a'] },
  { pattern: [{ LOWER: 'a' }, { ...any, OP: '*' }, { LOWER: 'b' }], text: 'a x b y b z', found: ['a x b y b'] }, // prettier-ignore
  { pattern: [{ LOWER: 'u.s.' }], text: 'the u.s. films', found: ['u.s.'] },
  { pattern: [{ LOWER: "don't" }], text: "don't do not", found: ["don't"] },
]
