// What Holdfast recorded, by its Query API: the few fields of it that the demo shows.
import { setTimeout as delay } from 'node:timers/promises'
import { DemoFailure } from './demo-failure.ts'

export interface RecordedTrace {
  readonly status: 'ok' | 'error'
  readonly duration_ms: number
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly cost: { readonly usd: number | null } | null
}

export interface FingerprintStats {
  readonly fingerprint_count: number
  readonly items: readonly {
    readonly fingerprint: string
    readonly count: number
    /** Of those, traces whose root failed. */
    readonly failed_count: number
    readonly p50_duration_ms: number | null
    readonly p95_duration_ms: number | null
    readonly input_tokens: number | null
    readonly output_tokens: number | null
    readonly cost: { readonly usd: number | null } | null
    /** To the day before. */
    readonly change: { readonly count: number }
  }[]
}

export function readTrace(queryUrl: string, traceId: string): Promise<RecordedTrace> {
  return ask(queryUrl, `/api/v1/traces/${traceId}`)
}

/** Of the last 24 hours, those asked most first. */
export function readFingerprints(queryUrl: string): Promise<FingerprintStats> {
  return ask(queryUrl, '/api/v1/stats/fingerprints')
}

/** It takes some 20 ms; what is retried for longer has a reason that its queue tells. */
const longestStoringMs = 60_000

/** Resolves when everything that was accepted can be found. */
export async function waitUntilStored(queryUrl: string, signal: AbortSignal): Promise<void> {
  const giveUp = AbortSignal.timeout(longestStoringMs)
  while (!giveUp.aborted) {
    const { spans } = await ask<{ spans: { pending: number } }>(queryUrl, '/api/v1/ledger')
    if (spans.pending === 0) return
    await delay(50, undefined, { signal })
  }
  throw new DemoFailure(`Holdfast has not stored all it accepted: ${queryUrl}/api/v1/queue says what waits`)
}

async function ask<T>(queryUrl: string, path: string): Promise<T> {
  const answer = await fetch(`${queryUrl}${path}`, { signal: AbortSignal.timeout(15_000) })
  if (answer.ok) return (await answer.json()) as T
  throw new DemoFailure(`Holdfast answered ${answer.status} to ${path}: ${await answer.text()}`)
}
