import { maxNesting } from './wire.ts'

/** Messages in one span, at most: 2 million attributes. More would cost gigabytes as objects. */
export const maxMessagesInSpan = 1 << 22

/** Why a span is rejected. */
export const rejections = [
  '',
  'a trace_id that is not 16 bytes (in JSON: 32 hex digits)',
  'an all-zero trace_id',
  'a span_id that is not 8 bytes (in JSON: 16 hex digits)',
  'an all-zero span_id',
  'a parent_span_id that is neither empty nor 8 bytes (in JSON: 16 hex digits)',
  `values that nest more than ${maxNesting} messages deep`,
  `more than ${maxMessagesInSpan} attributes, values, events and links`,
] as const
export const badTraceId = 1
export const zeroTraceId = 2
export const badSpanId = 3
export const zeroSpanId = 4
export const badParentSpanId = 5
export const tooDeep = 6
export const tooMany = 7

/**
 * A sentence for partial_success.error_message, bounded and without content.
 * @param counts per reason, as in `rejections` @param firstRejected 0-based
 */
export function describeRejections(
  counts: readonly number[],
  spanCount: number,
  firstRejected: number,
): string {
  const reasons = counts.flatMap((count, reason) =>
    count > 0 ? [`${count} with ${rejections[reason]}`] : [],
  )
  const rejectedCount = counts.reduce((sum, count) => sum + count, 0)
  const first = `the first is span ${firstRejected + 1} of the request`
  return `${rejectedCount} of ${spanCount} spans rejected: ${reasons.join(', ')}; ${first}`
}
