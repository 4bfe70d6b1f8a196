/**
 * What a question costs: `processQuery` whole (normalise, engine, interpret, fingerprint, key, span), per engine, on the
 * corpus of the film store with its patterns and the package's own: one by one, 32 at once, from the start, and in
 * memory; without an OpenTelemetry SDK and with one. Each in a process of its own.
 * `make bench-canonicalizer`, or `npm run canonicalizer -w benchmarks -- --seconds 5`.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findSpacyPython, installAdvice } from '../packages/canonicalizer/src/engine/spacy/find-python.ts'
import type { QuestionFigures, Rate } from './canonicalizer/measure-questions.ts'
import { variants, type Variant } from './canonicalizer/variants.ts'
import { describeMachine } from './machine.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })

console.log(`${describeMachine(import.meta.dirname)}; ${values.seconds} s each\n`)
console.log(
  '| engine | spans | first answer | one by one | p50 | p99 | 32 at once | p50 | p99 | heap | resident | Python |',
)
console.log('| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |')
for (const variant of variants) {
  if (variant !== 'wink' && findSpacyPython() === undefined) {
    console.log(`\n${variant} is left out: ${installAdvice}`)
    break
  }
  for (const spans of ['none', 'sdk'] as const) {
    console.log(`| ${[variant, spans, ...describe(measureQuestions(variant, spans))].join(' | ')} |`)
  }
}

function measureQuestions(variant: Variant, spans: 'none' | 'sdk'): QuestionFigures {
  const program = join(import.meta.dirname, 'canonicalizer', 'measure-questions.ts')
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--expose-gc', program, variant, values.seconds, spans],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  if (status !== 0) throw new Error(`measuring ${variant} failed`)
  return JSON.parse(stdout) as QuestionFigures
}

function describe(figures: QuestionFigures): string[] {
  const { startMs, oneByOne, together, heapMiB, residentMiB, pythonMiB } = figures
  const rate = ({ questionsPerSecond, p50Ms, p99Ms }: Rate): string[] => [
    `${Math.round(questionsPerSecond)}/s`,
    `${p50Ms.toFixed(2)} ms`,
    `${p99Ms.toFixed(2)} ms`,
  ]
  const size = (mebibytes: number | undefined): string =>
    mebibytes === undefined ? '–' : `${Math.round(mebibytes)} MiB`
  return [
    `${Math.round(startMs)} ms`,
    ...rate(oneByOne),
    ...rate(together),
    ...[heapMiB, residentMiB, pythonMiB].map(size),
  ]
}
