/**
 * The process's metrics, in the text format of Prometheus at /metrics. A room that counts registers its own metrics here
 * and gets an object to tell them to; what the database knows (the books, the queue) is read when somebody scrapes.
 */
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

export type MetricsRegistry = Registry

/** A registry with what Node tells of the process: memory, CPU, event loop, garbage collection. */
export function openMetrics(): MetricsRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** One transaction of the coordinator. */
export interface PersistedBatch {
  readonly outcome: 'settled' | 'failed'
  readonly bodies: number
  readonly spans: number
  readonly durationMs: number
}

/** Hears of every batch of the coordinator, once, when it has ended. */
export interface CoordinatorMetrics {
  batchEnded(batch: PersistedBatch): void
}

// 1 ms to 30 s: a batch is some megabytes, tens of milliseconds.
const batchBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function registerCoordinatorMetrics(registry: MetricsRegistry): CoordinatorMetrics {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'holdfast_persist_batch_seconds',
    help: 'Seconds from the claim of a batch to its settling, or to its failure.',
    labelNames: ['outcome'],
    buckets: batchBucketsSeconds,
    registers,
  })
  const bodies = new Counter({
    name: 'holdfast_persist_bodies_total',
    help: 'Bodies in the batches of this process, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const spans = new Counter({
    name: 'holdfast_persist_spans_total',
    help: 'Spans in the batches of this process, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  return {
    batchEnded(batch) {
      seconds.labels(batch.outcome).observe(batch.durationMs / 1000)
      bodies.labels(batch.outcome).inc(batch.bodies)
      spans.labels(batch.outcome).inc(batch.spans)
    },
  }
}
