/**
 * How much is waiting to be persisted, and when a client that is sent away should come back.
 * The database is asked every so often; between two answers, what this server appended is added.
 */
import type pg from 'pg'
import type { Log } from '../log.ts'
import { readDepth, type QueueDepth } from './depth.ts'

export interface BacklogLimits {
  readonly maxBytes: number
  readonly maxPayloads: number
}

export interface Backlog {
  /** undefined while there is room, else when to come back. */
  refusal(): { readonly retryAfterMs: number; readonly message: string } | undefined
  added(rawBytes: number, payloads: number): void
  /** The depth the database told last. */
  readonly depth: QueueDepth
  close(): Promise<void>
}

const refreshMs = 250
const minRetryAfterMs = 1000
const maxRetryAfterMs = 60_000

/** Said while the drain has not been watched for long enough: within the 10 s in which an SDK gives up an export. */
const unknownRetryAfterMs = 3000
const knownAfterReadings = 4

export async function openBacklog(pool: pg.Pool, limits: BacklogLimits, log: Log): Promise<Backlog> {
  let depth = await readDepth(pool)
  let addedBytes = 0
  let addedPayloads = 0
  const bytesDrain = new DrainRate()
  const payloadsDrain = new DrainRate()
  let readAt = performance.now()
  let lastReadingMs = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let refreshing: Promise<void> = Promise.resolve()

  async function refresh(): Promise<void> {
    const [bytesBefore, payloadsBefore] = [addedBytes, addedPayloads]
    const askedAt = performance.now()
    try {
      const next = await readDepth(pool)
      const now = performance.now()
      lastReadingMs = now - askedAt
      bytesDrain.add(depth.pendingBytes + bytesBefore - next.pendingBytes, now - readAt)
      payloadsDrain.add(depth.pendingPayloads + payloadsBefore - next.pendingPayloads, now - readAt)
      readAt = now
      depth = next
      addedBytes -= bytesBefore
      addedPayloads -= payloadsBefore
    } catch (error) {
      log.debug({ err: error }, 'the depth of the queue could not be read')
    }
  }

  function schedule(): void {
    if (closed) return
    // With a million bodies waiting a reading takes 150 ms of the database, which is busy enough then.
    timer = setTimeout(
      () => {
        refreshing = refresh().finally(schedule)
      },
      Math.max(refreshMs, 10 * lastReadingMs),
    )
    timer.unref()
  }
  schedule()

  return {
    get depth() {
      return depth
    },
    refusal() {
      const bytes = depth.pendingBytes + addedBytes
      const payloads = depth.pendingPayloads + addedPayloads
      if (bytes < limits.maxBytes && payloads < limits.maxPayloads) return undefined
      const retryAfterMs = Math.max(
        bytesDrain.timeToDrainMs(bytes, limits.maxBytes),
        payloadsDrain.timeToDrainMs(payloads, limits.maxPayloads),
      )
      return {
        retryAfterMs: Math.ceil(Math.min(maxRetryAfterMs, Math.max(minRetryAfterMs, retryAfterMs))),
        message: `the backlog is full (${payloads} payloads, ${bytes} bytes wait to be persisted)`,
      }
    },
    added(rawBytes, payloads) {
      addedBytes += rawBytes
      addedPayloads += payloads
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await refreshing
    },
  }
}

/** How fast something leaves the queue: a moving average over about ten readings, for one slow batch says little. */
class DrainRate {
  #perMs = 0
  #readings = 0

  add(drained: number, elapsedMs: number): void {
    this.#readings++
    const weight = Math.max(0.1, 1 / this.#readings)
    this.#perMs = (1 - weight) * this.#perMs + (weight * Math.max(0, drained)) / Math.max(1, elapsedMs)
  }

  /** Until there is room again for a tenth of the bound, which is worth coming back for; 0 when the bound is not reached. */
  timeToDrainMs(pending: number, bound: number): number {
    if (pending < bound) return 0
    if (this.#perMs === 0) return this.#readings < knownAfterReadings ? unknownRetryAfterMs : maxRetryAfterMs
    return (pending - bound + bound / 10) / this.#perMs
  }
}
