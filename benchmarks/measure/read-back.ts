import { setTimeout as delay } from 'node:timers/promises'
import type { Acknowledgements } from './acknowledgements.ts'
import type { LedgerCounts, QueryClient } from './query-client.ts'

export interface Drained {
  /** performance.now() when the ledger first showed everything acknowledged as settled. */
  readonly atMs: number
  readonly ledger: LedgerCounts
  readonly timedOut: boolean
}

const pollEveryMs = 50

/**
 * Waits until nothing is pending and the ledger has accepted what was acknowledged: then every acknowledged span can be
 * queried, for a payload leaves "pending" in the transaction that writes its spans.
 */
export async function waitUntilDrained(
  query: QueryClient,
  before: LedgerCounts,
  acknowledged: { payloads: number; spans: number },
  timeLimitMs: number,
): Promise<Drained> {
  const giveUpAtMs = performance.now() + timeLimitMs
  for (;;) {
    const ledger = await query.readLedger()
    const atMs = performance.now()
    const drained =
      ledger.payloads.pending === 0 &&
      ledger.spans.pending === 0 &&
      ledger.spans.accepted - before.spans.accepted >= acknowledged.spans &&
      ledger.payloads.accepted - before.payloads.accepted >= acknowledged.payloads
    if (drained || atMs > giveUpAtMs) return { atMs, ledger, timedOut: !drained }
    await delay(pollEveryMs)
  }
}

export interface Verification {
  readonly traces: number
  readonly mismatches: readonly {
    readonly traceId: string
    readonly acknowledged: number
    readonly found: number
  }[]
}

/** Reads random acknowledged traces and compares the number of their spans with what was acknowledged. */
export async function verifyTraces(
  query: QueryClient,
  acknowledgements: Acknowledgements,
  count: number,
): Promise<Verification> {
  const traces = acknowledgements.sample(count)
  const mismatches: { traceId: string; acknowledged: number; found: number }[] = []
  for (const { traceId, spanCount } of traces) {
    const found = await query.countSpans(traceId)
    if (found !== spanCount) mismatches.push({ traceId, acknowledged: spanCount, found })
  }
  return { traces: traces.length, mismatches }
}
