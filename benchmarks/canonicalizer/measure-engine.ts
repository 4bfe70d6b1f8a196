/** Measures one engine in a process of its own: `node measure-engine.ts VARIANT SECONDS` prints a line of JSON. */
import { spawnSync } from 'node:child_process'
import type { NlpEngine } from '../../packages/canonicalizer/src/engine/nlp-engine.ts'
import { openVariant, type Variant } from './variants.ts'

export interface EngineFigures {
  /** From the call to the first answer, reading the patterns included. */
  readonly startMs: number
  readonly oneByOne: Rate
  /** 32 questions under way at any time. */
  readonly together: Rate
  /** This process, in which nothing else runs. */
  readonly nodeMiB: number
  readonly pythonMiB: number | undefined
}

export interface Rate {
  readonly questionsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const [variant, seconds] = process.argv.slice(2)

const began = performance.now()
const { engine, questions, pid } = await openVariant(variant as Variant)
await engine.analyse(questions[0] ?? '')
const startMs = performance.now() - began

const forMs = Number(seconds) * 1_000
await measure(engine, questions, 32, Math.min(forMs, 1_000)) // until it is warm
const figures: EngineFigures = {
  startMs,
  oneByOne: await measure(engine, questions, 1, forMs),
  together: await measure(engine, questions, 32, forMs),
  nodeMiB: process.memoryUsage().rss / 1024 ** 2,
  pythonMiB: residentMiB(pid()),
}
await engine.close()
console.log(JSON.stringify(figures))

async function measure(
  measured: NlpEngine,
  texts: readonly string[],
  atOnce: number,
  durationMs: number,
): Promise<Rate> {
  const tookMs: number[] = []
  const beganAt = performance.now()
  let next = 0
  const ask = async (): Promise<void> => {
    while (performance.now() - beganAt < durationMs) {
      const text = texts[next++ % texts.length] ?? ''
      const askedAt = performance.now()
      await measured.analyse(text)
      tookMs.push(performance.now() - askedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, ask))
  const elapsedMs = performance.now() - beganAt
  tookMs.sort((one, other) => one - other)
  const quantile = (q: number): number => tookMs[Math.floor(q * (tookMs.length - 1))] ?? NaN
  return {
    questionsPerSecond: (tookMs.length / elapsedMs) * 1_000,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  }
}

function residentMiB(processId: number | undefined): number | undefined {
  if (processId === undefined) return undefined
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(processId)], { encoding: 'utf8' })
  return Number(stdout) / 1024
}
