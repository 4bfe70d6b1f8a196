import { setTimeout as delay } from 'node:timers/promises'
import type { Exporter } from './export/exporter.ts'
import { Latencies, type Percentiles } from './measure/latencies.ts'
import type { Payload, PayloadSource } from './workload/payload-source.ts'

export interface LoadOptions {
  readonly source: PayloadSource
  readonly lanes: readonly Exporter[]
  readonly seconds: number
  /** Spans a second on a fixed schedule; undefined: each lane sends as soon as its last payload is acknowledged. */
  readonly rate: number | undefined
  onAcknowledged(sequence: number, atMs: number): void
}

export interface LoadResult {
  /** performance.now() */
  readonly firstSendMs: number
  readonly lastAcknowledgedMs: number
  readonly acknowledgedPayloads: number
  readonly acknowledgedSpans: number
  readonly rejectedSpans: number
  /** Refused for good, or without an acknowledgement until the time limit. */
  readonly lostPayloads: number
  /** How often a payload had to be sent again, by reason. */
  readonly retries: Readonly<Record<string, number>>
  readonly refusals: Readonly<Record<string, number>>
  readonly latencyMs: Percentiles | undefined
}

/** A payload that is still retried when time is up gets this much longer. */
const graceMs = 30_000

/**
 * Sends until time is up and waits for what is under way. Latency is the time from when a payload should have left (on
 * the schedule, whether or not a lane was free then; or when its lane was free) to its acknowledgement, retries included.
 */
export async function sendLoad(options: LoadOptions): Promise<LoadResult> {
  const { source, lanes, rate } = options
  const latencies = new Latencies()
  const retries: Record<string, number> = {}
  const refusals: Record<string, number> = {}
  let acknowledgedPayloads = 0
  let acknowledgedSpans = 0
  let rejectedSpans = 0
  let lostPayloads = 0
  const firstSendMs = performance.now()
  const endMs = firstSendMs + options.seconds * 1000
  const intervalMs = rate === undefined ? undefined : (source.pool.spansPerPayload / rate) * 1000
  let lastAcknowledgedMs = firstSendMs
  let scheduled = 0

  async function deliver(lane: Exporter, payload: Payload, dueMs: number): Promise<void> {
    for (;;) {
      const attempt = await lane.send(payload)
      const nowMs = performance.now()
      if (attempt.kind === 'acknowledged') {
        acknowledgedPayloads++
        acknowledgedSpans += payload.spanCount - attempt.rejectedSpans
        rejectedSpans += attempt.rejectedSpans
        lastAcknowledgedMs = nowMs
        latencies.add(nowMs - dueMs)
        options.onAcknowledged(payload.sequence, nowMs)
        return
      }
      const counts = attempt.kind === 'retry' ? retries : refusals
      counts[attempt.reason] = (counts[attempt.reason] ?? 0) + 1
      if (attempt.kind === 'refused' || nowMs > endMs + graceMs) {
        lostPayloads++
        return
      }
      await delay(attempt.afterMs)
    }
  }

  async function run(lane: Exporter): Promise<void> {
    for (;;) {
      let dueMs = performance.now()
      if (intervalMs !== undefined) {
        dueMs = firstSendMs + scheduled++ * intervalMs
        // Timers have whole milliseconds; never early, so up to one millisecond counts as latency.
        const aheadMs = Math.ceil(dueMs - performance.now())
        if (aheadMs > 0 && dueMs < endMs) await delay(aheadMs)
      }
      if (dueMs >= endMs) return
      const payload = source.take()
      await deliver(lane, payload, dueMs)
      source.release(payload)
    }
  }

  await Promise.all(lanes.map(run))
  return {
    firstSendMs,
    lastAcknowledgedMs,
    acknowledgedPayloads,
    acknowledgedSpans,
    rejectedSpans,
    lostPayloads,
    retries,
    refusals,
    latencyMs: latencies.percentiles(),
  }
}
