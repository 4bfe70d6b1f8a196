// How well keys tell meanings apart: over all pairs of questions of one schema, "same key" against "same meaning".
import type { CanonicalQuery } from '../canonical-query.ts'
import { openCanonicalizer } from '../open-canonicalizer.ts'
import { patternsFile, readCorpus, schemas, type CorpusQuestion } from './read-corpus.fixture.ts'

export interface Answer extends CorpusQuestion {
  readonly query: CanonicalQuery
}

export interface Score {
  readonly questions: number
  readonly meanings: number
  /** Pairs of the same meaning, and those of them with the same key. */
  readonly samePairs: number
  readonly foundPairs: number
  /** Pairs of one key and two meanings. */
  readonly wrongPairs: readonly (readonly [Answer, Answer])[]
  readonly precision: number
  readonly recall: number
}

export async function answerCorpus(engine: 'spacy' | 'wink'): Promise<Answer[]> {
  const corpus = readCorpus()
  const answers: Answer[] = []
  for (const schema of schemas) {
    const canonicalizer = await openCanonicalizer({ engine, patterns: patternsFile(schema) })
    try {
      const questions = corpus.filter((question) => question.schema === schema)
      const answered = questions.map(async (one) => ({
        ...one,
        query: await canonicalizer.processQuery(one.question),
      }))
      answers.push(...(await Promise.all(answered)))
    } finally {
      await canonicalizer.close()
    }
  }
  return answers
}

/** A pair belongs to the held-out part when one of its questions does, so near misses across the parts are counted there. */
export function scorePart(answers: readonly Answer[], part: CorpusQuestion['part']): Score {
  let samePairs = 0
  let foundPairs = 0
  const wrongPairs: (readonly [Answer, Answer])[] = []
  answers.forEach((one, index) => {
    for (const other of answers.slice(index + 1)) {
      if (one.schema !== other.schema) continue
      if (partOfPair(one, other) !== part) continue
      const isSame = one.meaning === other.meaning
      const isFound = one.query.key === other.query.key
      if (isSame) samePairs += 1
      if (isSame && isFound) foundPairs += 1
      if (!isSame && isFound) wrongPairs.push([one, other])
    }
  })
  const own = answers.filter((answer) => answer.part === part)
  const shared = foundPairs + wrongPairs.length
  return {
    questions: own.length,
    meanings: new Set(own.map(({ schema, meaning }) => `${schema}/${meaning}`)).size,
    samePairs,
    foundPairs,
    wrongPairs,
    precision: shared === 0 ? 1 : foundPairs / shared,
    recall: samePairs === 0 ? 1 : foundPairs / samePairs,
  }
}

function partOfPair(one: Answer, other: Answer): CorpusQuestion['part'] {
  return one.part === 'tuning' ? other.part : one.part
}

/** The rows of the table in corpus/README.md for one engine: figures of each part. */
export function tableRows(engine: string, answers: readonly Answer[]): string[] {
  return (['tuning', 'held-out', 'library'] as const).map((part) => {
    const { questions, meanings, samePairs, foundPairs, wrongPairs, precision, recall } = scorePart(
      answers,
      part,
    )
    const cells = [engine, part, questions, meanings, samePairs, foundPairs, wrongPairs.length]
    return `| ${[...cells, precision.toFixed(3), recall.toFixed(3)].join(' | ')} |`
  })
}

/** Questions that the two engines gave different keys. */
export function findDifferences(one: readonly Answer[], other: readonly Answer[]): Answer[] {
  return one.filter((answer, index) => answer.query.key !== other[index]?.query.key)
}
