import type { SpanItem } from '../query/contract.ts'
import { parseInstant, toNanoseconds } from '../query/instant.ts'

export interface Timeline {
  /** Where a span begins and ends, as parts of the whole, 0 to 1. */
  place(span: SpanItem): { readonly from: number; readonly to: number }
}

/**
 * The time from the first start to the last end of the spans. A running span has no end: it reaches to now, or, once
 * nothing is heard of it, to when it was last heard of.
 */
export function openTimeline(spans: readonly SpanItem[], now: Date): Timeline {
  const nowNano = BigInt(now.getTime()) * 1_000_000n
  let first: bigint | undefined
  let last: bigint | undefined
  for (const span of spans) {
    const start = startOf(span)
    const end = endOf(span, nowNano)
    if (first === undefined || start < first) first = start
    if (last === undefined || end > last) last = end
  }
  const origin = first ?? 0n
  const total = Number((last ?? 0n) - origin)
  const part = (time: bigint): number =>
    total === 0 ? 0 : Math.max(0, Math.min(1, Number(time - origin) / total))
  return {
    place(span) {
      const from = part(startOf(span))
      return { from, to: Math.max(from, part(endOf(span, nowNano))) }
    },
  }
}

function startOf(span: SpanItem): bigint {
  return parseInstant(span.start_time) ?? 0n
}

function endOf(span: SpanItem, now: bigint): bigint {
  const start = startOf(span)
  if (!span.running) return start + toNanoseconds(Math.max(0, span.duration_ms))
  const reached = span.silent && span.last_heard_at !== null ? (parseInstant(span.last_heard_at) ?? now) : now
  return reached > start ? reached : start
}
