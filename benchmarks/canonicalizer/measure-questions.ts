/** Measures `processQuery` in a process of its own: `node --expose-gc measure-questions.ts VARIANT SECONDS sdk|none` prints a line of JSON. */
import { execFileSync } from 'node:child_process'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { openVariant, readQuestions, type Variant } from './variants.ts'

export interface QuestionFigures {
  /** From the call of `openCanonicalizer` to the first answer. */
  readonly startMs: number
  readonly oneByOne: Rate
  /** 32 questions under way at any time. */
  readonly together: Rate
  /** What this process keeps once all that can go is collected, and what the system had given it by then. */
  readonly heapMiB: number
  readonly residentMiB: number
  readonly pythonMiB: number | undefined
}

export interface Rate {
  readonly questionsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const [variant, seconds, spans] = process.argv.slice(2)
if (spans === 'sdk') recordSpans()

const questions = readQuestions()
const began = performance.now()
const canonicalizer = await openVariant(variant as Variant)
await canonicalizer.processQuery(questions[0] ?? '')
const startMs = performance.now() - began

const forMs = Number(seconds) * 1_000
await measure(32, Math.min(forMs, 1_000)) // until it is warm
const oneByOne = await measure(1, forMs)
const together = await measure(32, forMs)
globalThis.gc?.()
const { heapUsed, rss } = process.memoryUsage()
const figures: QuestionFigures = {
  startMs,
  oneByOne,
  together,
  heapMiB: heapUsed / 1024 ** 2,
  residentMiB: rss / 1024 ** 2,
  pythonMiB: variant === 'wink' ? undefined : childMiB(),
}
await canonicalizer.close()
console.log(JSON.stringify(figures))

async function measure(atOnce: number, durationMs: number): Promise<Rate> {
  const tookMs: number[] = []
  const beganAt = performance.now()
  let next = 0
  const ask = async (): Promise<void> => {
    while (performance.now() - beganAt < durationMs) {
      const question = questions[next++ % questions.length] ?? ''
      const askedAt = performance.now()
      await canonicalizer.processQuery(question)
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

/** Spans are made and ended, and go nowhere: what an exporter costs is measured by telemetry.ts. */
function recordSpans(): void {
  const nowhere: SpanProcessor = {
    onStart: () => {},
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [nowhere] }))
}

/** The resident size of this process's only child but `ps`. */
function childMiB(): number {
  const rows = execFileSync('ps', ['-o', 'rss=,comm=', '--ppid', String(process.pid)], { encoding: 'utf8' })
  const python = rows.split('\n').find((row) => !/ps$/.test(row.trim()) && row.trim() !== '')
  return Number(/\d+/.exec(python ?? '')?.[0]) / 1024
}
