// What a TraceStore tells of questions, by what they asked.

/**
 * Traces in two periods, one directly before the other, that have a fingerprint: each under the fingerprints of all its spans.
 * A trace lies in the period in which it starts; from is included, to is not.
 */
export interface AskedPeriods {
  /** A span of the trace is of this service, not necessarily the one with the fingerprint. */
  readonly service?: string | undefined
  readonly previousFromUnixNano: bigint
  readonly fromUnixNano: bigint
  readonly toUnixNano: bigint
}

/** Descending; `p95` of the duration, `error_rate` of those that failed, `tokens` of both directions. Ties by traces, then by fingerprint. */
export type FingerprintOrder = 'count' | 'p95' | 'error_rate' | 'tokens'

export interface RankingPage {
  readonly sort: FingerprintOrder
  readonly limit: number
  /** Only this one, as it was sent or as it is kept. */
  readonly fingerprint?: string | undefined
}

/** What became of the traces with one fingerprint in one period. */
export interface FingerprintFigures {
  readonly traceCount: number
  /** Whose root, a span without a parent, has status error: what the question came to in the end. */
  readonly failedCount: number
  /** With at least one span with status error: also those that corrected themselves. */
  readonly errorCount: number
  /** Of traces that do not run any more, interpolated; undefined: there are none. */
  readonly p50DurationNano: number | undefined
  readonly p95DurationNano: number | undefined
  /** Sums; undefined when no trace told any. */
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly modelCallCount: number
  /** Starts of the first and the last trace. */
  readonly firstStartUnixNano: bigint
  readonly lastStartUnixNano: bigint
}

export interface RankedFingerprint {
  readonly fingerprint: string
  readonly current: FingerprintFigures
  /** undefined: no trace in the period before. */
  readonly previous: FingerprintFigures | undefined
}

export interface FingerprintRanking {
  /** How many fingerprints there are in the period from..to. */
  readonly fingerprintCount: number
  readonly items: readonly RankedFingerprint[]
}
