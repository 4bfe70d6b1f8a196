/**
 * What a question costs in each engine, on the corpus of the film store with its patterns and the package's own: one by
 * one, 32 at once, from the start, and in memory. Each engine in a process of its own. `npm run canonicalizer -w benchmarks -- --seconds 5`.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findSpacyPython, installAdvice } from '../packages/canonicalizer/src/engine/spacy/find-python.ts'
import type { EngineFigures, Rate } from './canonicalizer/measure-engine.ts'
import { variants, type Variant } from './canonicalizer/variants.ts'
import { describeMachine } from './machine.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })

console.log(`${describeMachine(import.meta.dirname)}; ${values.seconds} s each\n`)
console.log('| engine | first answer | one by one | p50 | p99 | 32 at once | p50 | p99 | memory |')
console.log('|---|---|---|---|---|---|---|---|---|')
for (const variant of variants) {
  if (variant !== 'wink' && findSpacyPython() === undefined) {
    console.log(`\n${variant} is left out: ${installAdvice}`)
    break
  }
  console.log(`| ${[variant, ...describe(measureEngine(variant))].join(' | ')} |`)
}

function measureEngine(variant: Variant): EngineFigures {
  const program = join(import.meta.dirname, 'canonicalizer', 'measure-engine.ts')
  const { stdout, status } = spawnSync(process.execPath, [program, variant, values.seconds], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`measuring ${variant} failed`)
  return JSON.parse(stdout) as EngineFigures
}

function describe({ startMs, oneByOne, together, nodeMiB, pythonMiB }: EngineFigures): string[] {
  const rate = ({ questionsPerSecond, p50Ms, p99Ms }: Rate): string[] => [
    `${Math.round(questionsPerSecond)}/s`,
    `${p50Ms.toFixed(2)} ms`,
    `${p99Ms.toFixed(2)} ms`,
  ]
  const python = pythonMiB === undefined ? '' : ` + ${Math.round(pythonMiB)} MiB Python`
  return [
    `${Math.round(startMs)} ms`,
    ...rate(oneByOne),
    ...rate(together),
    `${Math.round(nodeMiB)} MiB Node${python}`,
  ]
}
