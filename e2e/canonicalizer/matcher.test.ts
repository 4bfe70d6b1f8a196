// Our matcher against spaCy's own: random patterns of the stated subset over random words find the same, be it by
// JavaScript or by spaCy.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { compilingPatterns } from '../../packages/canonicalizer/src/engine/wink/compile-patterns.ts'
import { matchWords } from '../../packages/canonicalizer/src/engine/wink/match-words.ts'
import { atOnce } from '../../packages/canonicalizer/src/in-turns.ts'
import { readWord } from '../../packages/canonicalizer/src/engine/wink/word-attributes.ts'
import { resolveMatches, type TokenMatch } from '../../packages/canonicalizer/src/engine/resolve-matches.ts'
import { findBasePython, installSpacy } from '../../packages/canonicalizer/src/engine/spacy/install-spacy.ts'
import { parsePatterns } from '../../packages/canonicalizer/src/patterns/parse-patterns.ts'
import { readRegex } from '../../packages/canonicalizer/src/patterns/read-regex.ts'
import type { PatternSet } from '../../packages/canonicalizer/src/patterns/pattern-set.ts'
import { arbitraryPattern, arbitraryWord, arbitraryWords } from './arbitrary-patterns.ts'
import { arbitraryRegex, arbitraryRegexWord } from './arbitrary-regexes.ts'

interface SpacyAnswer {
  readonly matches: readonly (readonly [number, number, number])[]
  readonly chosen: readonly (readonly [number, number])[]
  readonly lexemes: readonly (readonly unknown[] | null)[]
}

/** Some four seconds; `MATCHER_RUNS` for more. 20 000 found nothing either. */
const numRuns = Number(process.env['MATCHER_RUNS'] ?? 400)

const python = await findBasePython()
if (python === undefined) {
  console.error('\n!!! SKIPPED: the comparison with spaCy needs python3 (3.10 or newer). !!!\n')
}

describe(
  'our matcher and that of spaCy',
  { skip: python === undefined ? 'no python3 on PATH' : false },
  () => {
    let child: ChildProcess
    let lines: Interface
    let answers: AsyncIterator<string>

    before(async () => {
      child = spawn(await installSpacy(), [join(import.meta.dirname, 'spacy_matches.py')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      lines = createInterface({ input: child.stdout ?? assert.fail() })
      answers = lines[Symbol.asyncIterator]()
    })
    after(() => {
      child.stdin?.end()
      lines.close()
    })

    async function askSpacy(
      patterns: readonly unknown[],
      texts: readonly (readonly string[])[],
    ): Promise<SpacyAnswer[]> {
      child.stdin?.write(`${JSON.stringify({ patterns, texts })}\n`)
      return JSON.parse(await nextLine(patterns)) as SpacyAnswer[]
    }

    async function nextLine(asked: unknown): Promise<string> {
      const { value, done } = await answers.next()
      if (done === true) assert.fail(`Python ended on ${JSON.stringify(asked)}`)
      return value
    }

    test('find the same in the same words, of every length, and choose the same of what overlaps', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(arbitraryPattern, { minLength: 1, maxLength: 5 }),
          fc.array(arbitraryWords, { minLength: 1, maxLength: 5 }),
          async (candidates, texts) => {
            const patterns = candidates.filter((pattern) => parse([pattern]) !== undefined)
            const set = parse(patterns) ?? assert.fail('each was good')
            const found = await askSpacy(patterns, texts)
            for (const [index, words] of texts.entries()) {
              const all = matchAll(set, words)
              assert.deepEqual(sortTriples(all), found[index]?.matches, `in ${JSON.stringify(words)}`)
              const chosen = resolveMatches(all).map(({ start, end }) => [start, end])
              assert.deepEqual(chosen, found[index]?.chosen, `of ${JSON.stringify(words)}`)
            }
          },
        ),
        { numRuns },
      )
    })

    test('say the same of a word by its letters', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(arbitraryWord, { minLength: 1, maxLength: 40 }), async (words) => {
          const [answer] = await askSpacy(['nothing'], [words])
          for (const [index, word] of words.entries()) {
            const theirs = answer?.lexemes[index]
            if (theirs === null) continue // newer letters than that Python knows
            const { lower, shape, length, isDigit, likeNum, isPunct } = readWord(word)
            assert.deepEqual([lower, shape, length, isDigit, likeNum, isPunct], theirs, JSON.stringify(word))
          }
        }),
        { numRuns },
      )
    })

    test('read the regular expressions alike that are not refused', async () => {
      let compared = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(arbitraryRegex, { minLength: 1, maxLength: 10 }),
          fc.array(arbitraryRegexWord, { minLength: 1, maxLength: 20 }),
          async (candidates, words) => {
            const readings = candidates.map((regex) => ({ regex, reading: readRegex(regex) }))
            const good = readings.filter(({ reading }) => reading.ok)
            compared += good.length
            child.stdin?.write(`${JSON.stringify({ regexes: good.map(({ regex }) => regex), words })}\n`)
            const theirs = JSON.parse(await nextLine(good)) as boolean[][]
            for (const [index, { regex, reading }] of good.entries()) {
              if (!reading.ok) assert.fail()
              const ours = words.map((word) => new RegExp(reading.source, 'u').test(word))
              assert.deepEqual(ours, theirs[index], `${regex} in ${JSON.stringify(words)}`)
            }
          },
        ),
        { numRuns },
      )
      assert.ok(compared > numRuns, 'most are read')
    })
  },
)

function parse(patterns: readonly unknown[]): PatternSet | undefined {
  const jsonl = patterns.map((pattern) => JSON.stringify({ label: 'P', pattern })).join('\n')
  const reading = parsePatterns(jsonl, 'random')
  return reading.ok ? reading.set : undefined
}

function matchAll(set: PatternSet, words: readonly string[]): TokenMatch[] {
  const matching = matchWords(atOnce(compilingPatterns(set)), words)
  for (;;) {
    const step = matching.next()
    if (step.done === true) return step.value
  }
}

function sortTriples(matches: readonly TokenMatch[]): (readonly [number, number, number])[] {
  return matches
    .map(({ patternIndex, start, end }) => [patternIndex, start, end] as const)
    .sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2])
}
