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

/** One transaction of the coordinator that committed. */
export interface PersistedBatch {
  readonly bodies: number
  readonly payloads: number
  readonly spans: number
  readonly duplicateSpans: number
  readonly durationMs: number
}

/** Hears what the coordinator does: of every batch that was persisted, and of everything that went wrong. */
export interface CoordinatorMetrics {
  batchPersisted(batch: PersistedBatch): void
  /** @param what of a small, fixed set: retry, parked, lease-lost … */
  trouble(what: string): void
}

// 1 ms to 30 s: a batch is some megabytes, tens of milliseconds.
const batchBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function registerCoordinatorMetrics(registry: MetricsRegistry): CoordinatorMetrics {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'holdfast_persist_batch_seconds',
    help: 'Seconds from reading a claimed batch to its commit.',
    buckets: batchBucketsSeconds,
    registers,
  })
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers })
  const bodies = counter('holdfast_persist_bodies_total', 'Bodies settled by this process.')
  const payloads = counter('holdfast_persist_payloads_total', 'Payloads settled by this process.')
  const spans = counter('holdfast_persist_spans_total', 'Spans stored by this process.')
  const duplicates = counter('holdfast_persist_duplicate_spans_total', 'Spans met that were stored already.')
  const troubles = new Counter({
    name: 'holdfast_persist_trouble_total',
    help: 'Claims that were not persisted at once, by what became of them; parked ones are in the dead letters.',
    labelNames: ['what'],
    registers,
  })
  return {
    batchPersisted(batch) {
      seconds.observe(batch.durationMs / 1000)
      bodies.inc(batch.bodies)
      payloads.inc(batch.payloads)
      spans.inc(batch.spans)
      duplicates.inc(batch.duplicateSpans)
    },
    trouble(what) {
      troubles.labels(what).inc()
    },
  }
}
