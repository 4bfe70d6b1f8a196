// Runs the canonicalizer's golden corpus with both engines and writes the figures into packages/canonicalizer/corpus/README.md.
// Needs spaCy: `npx holdfast-canonicalizer install-spacy`. What is held out is counted here and never listed.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import {
  answerCorpus,
  findDifferences,
  scorePart,
  tableRows,
} from '../packages/canonicalizer/src/corpus/score-corpus.fixture.ts'

const readme = resolve(import.meta.dirname, '..', 'packages', 'canonicalizer', 'corpus', 'README.md')
const begin = '<!-- figures: written by scripts/write-corpus-table.ts -->'
const end = '<!-- end of figures -->'

const wink = await answerCorpus('wink')
const spacy = await answerCorpus('spacy')
const different = findDifferences(wink, spacy)
const header = [
  'engine',
  'part',
  'questions',
  'meanings',
  'same pairs',
  'found',
  'wrong',
  'precision',
  'recall',
]
const figures = [
  `| ${header.join(' | ')} |`,
  `| ${header.map((_, column) => (column < 2 ? '---' : '--:')).join(' | ')} |`,
  ...tableRows('wink', wink),
  ...tableRows('spacy', spacy),
  '',
  `Questions that the engines gave different keys: ${different.length}.`,
]
const [before = '', rest = ''] = readFileSync(readme, 'utf8').split(begin)
const text = [before, begin, '\n\n', figures.join('\n'), '\n\n', end, rest.split(end)[1] ?? ''].join('')
writeFileSync(readme, await format(text, { ...(await resolveConfig(readme)), filepath: readme }))

for (const [one, other] of scorePart(wink, 'tuning').wrongPairs) {
  console.log(`wrong shared key: "${one.question}" and "${other.question}"`)
}
console.log(figures.join('\n'))
