// Questions made of a meaning: whatever the wording, one meaning has one key, and another meaning another.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { patternsFile } from '../corpus/read-corpus.fixture.ts'
import { openCanonicalizer } from '../open-canonicalizer.ts'

const films = await openCanonicalizer({ engine: 'wink', patterns: patternsFile('film-rental') })
after(() => films.close())

/** Ways to say one thing: before the noun, or after it. */
interface Wordings {
  readonly before?: readonly string[]
  readonly after?: readonly string[]
}

const limits: readonly Wordings[] = [
  {},
  { before: ['top 10', 'the top ten', 'the ten best'] },
  { before: ['top 25', 'the top twenty-five', 'the 25 best'] },
  { before: ['first 10', 'the first ten'] },
  { before: ['bottom 10', 'the worst ten'] },
]
const ratings: readonly Wordings[] = [
  {},
  { before: ['PG', 'PG-rated'], after: ['rated PG', 'with a PG rating', 'whose rating is PG'] },
  { before: ['non-PG'], after: ['not rated PG', 'that are not PG', "that aren't rated PG", 'except PG'] },
  { before: ['R-rated'], after: ['rated R', 'with an R rating'] },
  { after: ['rated R or PG', 'with a rating of PG or R'] },
  { after: ['neither PG nor R', 'not rated R or PG', 'except R and PG'] },
]
const lengths: readonly Wordings[] = [
  {},
  {
    after: [
      'longer than 90 minutes',
      'over ninety minutes',
      'with a length above 90 minutes',
      'longer than 1.5 hours',
    ],
  },
  { after: ['of at least 90 minutes', 'not shorter than 90 minutes', 'with a length of 90 minutes or more'] },
  { after: ['shorter than 90 minutes', 'under 90 minutes', 'with a running time below ninety minutes'] },
  { after: ['between 90 and 120 minutes', 'from 90 to 120 minutes', '90-120 minutes'] },
  { after: ['longer than 900 minutes', 'over nine hundred minutes'] },
]
const categories: readonly Wordings[] = [
  {},
  { before: ['comedy', 'funny'], after: ['in comedy'] },
  { before: ['non-comedy'], after: ['that are not comedies', 'except comedies'] },
  { before: ['horror', 'scary'], after: ['in horror'] },
]
const times: readonly Wordings[] = [
  {},
  { after: ['released in 2005', 'with release year 2005'] },
  { after: ['released after 2005'] },
  { after: ['released before 2005', 'released prior to 2005'] },
  { after: ['released between 2005 and 2007', 'released from 2005 to 2007'] },
]
const sorts: readonly Wordings[] = [
  {},
  { after: ['sorted by title', 'ordered by title ascending'] },
  { after: ['sorted by title descending', 'ordered by title in descending order'] },
]
const parts = [limits, ratings, lengths, categories, times, sorts]

/** Which wordings of each part, and the choices that make a question of it. */
const meaning = fc.tuple(...parts.map((part) => fc.nat(part.length - 1)))
const choices = fc.record({
  seeds: fc.array(fc.nat(99), { minLength: 6, maxLength: 6 }),
  noun: fc.nat(1),
  turn: fc.nat(5),
})

function sayIt(
  of: readonly number[],
  { seeds, noun, turn }: { seeds: number[]; noun: number; turn: number },
): string {
  const before: string[] = []
  const behind: string[] = []
  parts.forEach((part, index) => {
    const wordings = part[of[index] ?? 0] ?? {}
    const all = [
      ...(wordings.before ?? []).map((text) => ({ text, into: before })),
      ...(wordings.after ?? []).map((text) => ({ text, into: behind })),
    ]
    const chosen = all[(seeds[index] ?? 0) % all.length]
    chosen?.into.push(chosen.text)
  })
  const hasTop = [1, 2, 4].includes(of[0] ?? 0)
  const sorted = behind.length > 0 && of[5] !== 0 ? behind.splice(-1) : []
  // "top 10 films sorted by title" does not say which ten.
  if (hasTop && of[5] === 1) sorted[0] = 'ordered by title ascending'
  const turned = behind.map((_, index) => behind[(index + turn) % behind.length] ?? '')
  // After a negation "and" says where it ends: "not comedies rated PG" might be meant as one thing.
  const joined = turned.map((text, index) =>
    /not|n't|except|neither/.test(turned[index - 1] ?? '') ? `and ${text}` : text,
  )
  return [...before, ['films', 'movies'][noun] ?? '', ...joined, ...sorted].join(' ')
}

test('one meaning has one key, another has another', async () => {
  await fc.assert(
    fc.asyncProperty(meaning, meaning, choices, choices, async (one, other, first, second) => {
      const [said, again, different] = [sayIt(one, first), sayIt(one, second), sayIt(other, second)]
      const [a, b, c] = await Promise.all(
        [said, again, different].map((question) => films.processQuery(question)),
      )
      assert.equal(a?.key, b?.key, `${said}\n${a?.fingerprint}\n${again}\n${b?.fingerprint}`)
      const isSame = JSON.stringify(one) === JSON.stringify(other)
      assert.equal(a?.key === c?.key, isSame, `${said}\n${different}\n${c?.fingerprint}`)
    }),
    { numRuns: 2_000 },
  )
})
