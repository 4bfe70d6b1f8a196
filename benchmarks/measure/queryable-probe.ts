import { setTimeout as delay } from 'node:timers/promises'
import type { Acknowledgements } from './acknowledgements.ts'
import { Latencies, type Percentiles } from './latencies.ts'
import { QueryClient } from './query-client.ts'

export interface QueryableLatency extends Percentiles {
  /** Samples that could not be queried within the time limit. */
  readonly timedOut: number
}

const sampleEveryMs = 50
const pollEveryMs = 3
const timeLimitMs = 10_000
const connections = 8

/**
 * From the acknowledgement of a payload to the first answer of the Query API that shows a trace that ended in it, with
 * all its spans. About 20 payloads a second are asked for, every 3 ms each, so the figure is too high by 1.5 ms and the
 * time of one request.
 */
export class QueryableProbe {
  readonly #acknowledgements: Acknowledgements
  readonly #idle: QueryClient[]
  readonly #latencies = new Latencies()
  readonly #running = new Set<Promise<void>>()
  #timedOut = 0
  #nextAtMs = 0

  constructor(query: URL, acknowledgements: Acknowledgements) {
    this.#acknowledgements = acknowledgements
    this.#idle = Array.from({ length: connections }, () => new QueryClient(query))
  }

  /** To be told of each acknowledgement; picks the ones it follows. */
  see(sequence: number, acknowledgedAtMs: number): void {
    if (acknowledgedAtMs < this.#nextAtMs) return
    const trace = this.#acknowledgements.findTraceEndingIn(sequence)
    const client = trace === undefined ? undefined : this.#idle.pop()
    if (trace === undefined || client === undefined) return
    this.#nextAtMs = acknowledgedAtMs + sampleEveryMs
    const polling = this.#poll(client, trace.traceId, trace.spanCount, acknowledgedAtMs).finally(() => {
      this.#idle.push(client)
      this.#running.delete(polling)
    })
    this.#running.add(polling)
  }

  async finish(): Promise<QueryableLatency | undefined> {
    await Promise.all(this.#running)
    for (const client of this.#idle) client.close()
    const percentiles = this.#latencies.percentiles()
    return percentiles === undefined ? undefined : { ...percentiles, timedOut: this.#timedOut }
  }

  async #poll(
    client: QueryClient,
    traceId: string,
    spanCount: number,
    acknowledgedAtMs: number,
  ): Promise<void> {
    while ((await client.countSpans(traceId)) < spanCount) {
      if (performance.now() - acknowledgedAtMs > timeLimitMs) {
        this.#timedOut++
        this.#latencies.add(timeLimitMs)
        return
      }
      await delay(pollEveryMs)
    }
    this.#latencies.add(performance.now() - acknowledgedAtMs)
  }
}
