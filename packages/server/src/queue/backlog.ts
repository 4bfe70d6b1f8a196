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

export async function openBacklog(pool: pg.Pool, limits: BacklogLimits, log: Log): Promise<Backlog> {
  let depth = await readDepth(pool)
  let addedBytes = 0
  let addedPayloads = 0
  let drainedBytesPerMs = 0
  let readAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let refreshing: Promise<void> = Promise.resolve()

  async function refresh(): Promise<void> {
    const [bytesBefore, payloadsBefore] = [addedBytes, addedPayloads]
    try {
      const next = await readDepth(pool)
      const now = performance.now()
      const drained = depth.pendingBytes + bytesBefore - next.pendingBytes
      // A moving average over about ten readings: one slow batch must not send clients away for a minute.
      drainedBytesPerMs = 0.9 * drainedBytesPerMs + 0.1 * (Math.max(0, drained) / Math.max(1, now - readAt))
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
    timer = setTimeout(() => {
      refreshing = refresh().finally(schedule)
    }, refreshMs)
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
      // Room for a tenth of the bound is worth coming back for.
      const wantedBytes = Math.max(0, bytes - limits.maxBytes) + limits.maxBytes / 10
      const retryAfterMs = drainedBytesPerMs > 0 ? wantedBytes / drainedBytesPerMs : maxRetryAfterMs
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
