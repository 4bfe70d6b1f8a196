import type { SpanKey } from './row-keys.ts'
import type { SpanCopy } from './span-copy.ts'
import type { TraceDraft } from './trace-draft.ts'

/** A span that was stored before the batch, in one of its traces. */
export interface StoredSpan
  extends SpanKey, Pick<SpanCopy, 'parentSpanId' | 'marks' | 'inputTokens' | 'outputTokens'> {
  readonly trace: TraceDraft
}

/** The columns of otel.span_row that make one. */
export interface StoredSpanRow {
  readonly trace_id: string
  readonly span_id: bigint
  readonly parent_span_id: bigint
  readonly arrival_day: string
  readonly marks: number
  readonly input_tokens: number | null
  readonly output_tokens: number | null
}

/** @param byId the traces that were asked for, by their ids as the column has them */
export function toStoredSpan(row: StoredSpanRow, byId: ReadonlyMap<string, TraceDraft>): StoredSpan {
  return {
    trace: byId.get(row.trace_id)!,
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id,
    arrivalDay: row.arrival_day,
    marks: row.marks,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
  }
}
