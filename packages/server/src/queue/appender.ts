/**
 * Appender: makes a payload durable, so that the door may acknowledge it.
 *
 * Guarantees: `committed` is said only after the transaction that holds the payload has committed. Payloads that arrive
 * while commits are under way travel together, as one body and one row of otel.ingestion_queue: a commit costs the same
 * for one payload and for a hundred. A group that the database refuses is appended again payload by payload, so that
 * no payload takes its neighbours along. Refuses when the backlog is full, when it is closing, and when the database
 * does not answer; the client keeps the payload then. Called by receive/.
 */
import type pg from 'pg'
import type { Log } from '../log.ts'
import { appendGroup, type AppendedGroup } from './append-group.ts'
import { buildGroup, bytesOf } from './build-group.ts'
import type { Backlog } from './backlog.ts'
import { isDatabaseTrouble } from './database-trouble.ts'
import type { IncomingPayload } from './incoming-payload.ts'
import type { HandoverWriter, Region } from './handover.ts'

export type AppendOutcome =
  | { readonly kind: 'committed'; readonly bodyId: bigint; readonly ordinal: number }
  | {
      readonly kind: 'refused'
      readonly reason: 'backlog' | 'stopping' | 'unavailable'
      readonly retryAfterMs: number
      readonly message: string
    }

export interface Appender {
  /** Never rejects. Resolves after the commit, or with the reason why there was none. */
  append(payload: IncomingPayload): Promise<AppendOutcome>
  /** Commits what was taken, then refuses everything. */
  close(): Promise<void>
}

export interface AppenderOptions {
  readonly pool: pg.Pool
  readonly backlog: Backlog
  /** Where persist threads of this process find what was just committed. */
  readonly handover?: HandoverWriter
  readonly log: Log
  /** Called after each commit, outside of it: wakes the coordinator. */
  readonly onAppended: () => void
  readonly maxConcurrentCommits?: number
  readonly maxGroupBytes?: number
}

// Two commits under way keep the disk busy while the next group gathers; more make the groups smaller and the commits
// many. Payloads of 8 spans, 64 connections: see benchmarks/README.md.
const defaultConcurrentCommits = 2

// A group is what one claim decodes at least, so it bounds the coordinator's memory and its time in one transaction.
const defaultMaxGroupBytes = 1024 * 1024

// How long a commit waits for the persist threads before it goes ahead of them into the backlog. Long enough to keep their
// pace under load (a batch takes them 50 ms), short enough to acknowledge, 10 MB a second, while they stand still.
const paceMs = 200

interface Waiting {
  readonly payload: IncomingPayload
  readonly settle: (outcome: AppendOutcome) => void
}

export function openAppender(options: AppenderOptions): Appender {
  const { pool, backlog, handover, log, onAppended } = options
  const maxConcurrentCommits = options.maxConcurrentCommits ?? defaultConcurrentCommits
  const maxGroupBytes = options.maxGroupBytes ?? defaultMaxGroupBytes
  const waiting: Waiting[] = []
  let commitsUnderWay = 0
  let closing = false
  let onIdle: (() => void) | undefined

  function startCommits(): void {
    while (waiting.length > 0 && commitsUnderWay < maxConcurrentCommits) {
      commitsUnderWay++
      void commit(takeGroup()).finally(() => {
        commitsUnderWay--
        startCommits()
        if (commitsUnderWay === 0 && waiting.length === 0) onIdle?.()
      })
    }
  }

  function takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < waiting.length) {
      bytes += waiting[count]!.payload.bytes.byteLength
      if (count > 0 && bytes > maxGroupBytes) break
      count++
    }
    return waiting.splice(0, count)
  }

  async function commit(group: Waiting[]): Promise<void> {
    const outcome = await tryAppend(group.map((one) => one.payload))
    if (outcome.kind === 'failed' && !outcome.retryable && group.length > 1) {
      for (const one of group) await commit([one])
      return
    }
    if (outcome.kind === 'failed') {
      log.warn({ err: outcome.error, payloads: group.length }, 'append failed, nothing was acknowledged')
    } else {
      onAppended()
    }
    for (const [ordinal, one] of group.entries()) {
      one.settle(
        outcome.kind === 'appended'
          ? { kind: 'committed', bodyId: outcome.group.bodyId, ordinal }
          : {
              kind: 'refused',
              reason: 'unavailable',
              retryAfterMs: 1000,
              message: 'the database did not commit the payload; send it again',
            },
      )
    }
  }

  async function tryAppend(
    payloads: readonly IncomingPayload[],
  ): Promise<
    { kind: 'appended'; group: AppendedGroup } | { kind: 'failed'; error: unknown; retryable: boolean }
  > {
    let region: Region | undefined
    try {
      region = await handover?.reserve(bytesOf(payloads), paceMs)
      const built = buildGroup(payloads, region?.bytes)
      if (region !== undefined) handover!.publish(region)
      const group = await appendGroup(pool, built, region?.key)
      backlog.added(built.rawBytes, payloads.length)
      return { kind: 'appended', group }
    } catch (error) {
      if (region !== undefined) handover!.discard(region)
      return { kind: 'failed', error, retryable: isDatabaseTrouble(error) }
    }
  }

  return {
    append(payload) {
      if (closing) {
        return Promise.resolve({
          kind: 'refused',
          reason: 'stopping',
          retryAfterMs: 1000,
          message: 'the server is stopping; send the payload again',
        })
      }
      const full = backlog.refusal()
      if (full !== undefined) return Promise.resolve({ kind: 'refused', reason: 'backlog', ...full })
      return new Promise((settle) => {
        waiting.push({ payload, settle })
        startCommits()
      })
    },
    async close() {
      closing = true
      if (commitsUnderWay === 0) return
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    },
  }
}
