import type { SpanItem } from '../query/contract.ts'
import { parseInstant, toNanoseconds } from '../query/instant.ts'

export interface Timeline {
  /** Where a span begins and ends, as parts of the whole, 0 to 1. */
  place(span: SpanItem): { readonly from: number; readonly to: number }
}

/** The time from the first start to the last end of the spans. A running span reaches to the end of it. */
export function openTimeline(spans: readonly SpanItem[]): Timeline {
  let first: bigint | undefined
  let last: bigint | undefined
  for (const span of spans) {
    const start = startOf(span)
    const end = endOf(span)
    if (first === undefined || start < first) first = start
    if (last === undefined || end > last) last = end
  }
  const origin = first ?? 0n
  const total = Number((last ?? 0n) - origin)
  const part = (time: bigint): number => (total === 0 ? 0 : Math.min(1, Number(time - origin) / total))
  return {
    place(span) {
      const from = part(startOf(span))
      return { from, to: span.running ? 1 : Math.max(from, part(endOf(span))) }
    },
  }
}

function startOf(span: SpanItem): bigint {
  return parseInstant(span.start_time) ?? 0n
}

function endOf(span: SpanItem): bigint {
  return startOf(span) + toNanoseconds(Math.max(0, span.duration_ms))
}
