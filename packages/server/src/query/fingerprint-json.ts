import type { FingerprintFigures, RankedFingerprint } from '../store/fingerprint-ranking.ts'
import type {
  Cost,
  FingerprintChange,
  FingerprintFigures as FiguresJson,
  FingerprintItem,
} from './contract.ts'
import { formatInstant } from './instant.ts'
import type { FingerprintCosts } from './price-fingerprints.ts'

export function fingerprintToJson(
  { fingerprint, current, previous }: RankedFingerprint,
  costs: FingerprintCosts,
): FingerprintItem {
  const now = figuresToJson(current, costs.current)
  const before = figuresToJson(previous, costs.previous)
  return { fingerprint, ...now, previous: before, change: changeOf(now, before) }
}

/** @param figures undefined: there was no trace */
function figuresToJson(figures: FingerprintFigures | undefined, cost: Cost | null): FiguresJson {
  const count = figures?.traceCount ?? 0
  const failed = figures?.failedCount ?? 0
  return {
    count,
    failed_count: failed,
    error_count: figures?.errorCount ?? 0,
    error_rate: count === 0 ? null : failed / count,
    p50_duration_ms: toMilliseconds(figures?.p50DurationNano),
    p95_duration_ms: toMilliseconds(figures?.p95DurationNano),
    input_tokens: figures?.inputTokens ?? null,
    output_tokens: figures?.outputTokens ?? null,
    cost,
    first_seen: figures === undefined ? null : formatInstant(figures.firstStartUnixNano),
    last_seen: figures === undefined ? null : formatInstant(figures.lastStartUnixNano),
  }
}

function changeOf(now: FiguresJson, before: FiguresJson): FingerprintChange {
  return {
    count: now.count - before.count,
    error_rate: difference(now.error_rate, before.error_rate),
    p50_duration_ms: difference(now.p50_duration_ms, before.p50_duration_ms),
    p95_duration_ms: difference(now.p95_duration_ms, before.p95_duration_ms),
    input_tokens: difference(now.input_tokens, before.input_tokens),
    output_tokens: difference(now.output_tokens, before.output_tokens),
    usd: difference(wholeCost(now.cost), wholeCost(before.cost)),
  }
}

/** What is known of the cost of a part is no measure: the part of the other period is another one. */
function wholeCost(cost: Cost | null): number | null {
  return cost === null || cost.truncated || cost.unpriced_calls > 0 ? null : cost.usd
}

// Nanoseconds of a millisecond, and more than a dollar's fractions: behind that stands only the noise of subtracting.
const digits = 12

function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : Number((now - before).toFixed(digits))
}

/** Between two neighbours a percentile has a fraction of a nanosecond, which nobody measured. */
function toMilliseconds(nano: number | undefined): number | null {
  return nano === undefined ? null : Math.round(nano) / 1e6
}
