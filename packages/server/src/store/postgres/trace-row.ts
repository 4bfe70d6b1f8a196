import type pg from 'pg'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions } from '../trace-store.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'
import { findReceivedAt } from './find-received-at.ts'
import { spanIdOfBigint, traceIdOfUuid } from './id-columns.ts'

/** The columns of a summary, from `t` (otel.trace_summary) and `o` (otel.operation of its root). */
export const traceColumns = `
       t.trace_id, t.start_unix_nano, t.end_unix_nano, t.span_count, t.error_count, t.root_span_id,
       coalesce(t.root_name_text, o.name) as root_name, o.service as root_service, t.root_provisional,
       t.input_tokens, t.output_tokens, t.first_arrival_day, t.last_arrival_day, t.running_count, t.model_call_count,
       t.heard_body_id`

export interface TraceRow {
  readonly trace_id: string
  readonly start_unix_nano: bigint
  readonly end_unix_nano: bigint
  readonly span_count: number
  readonly error_count: number
  readonly root_span_id: bigint
  readonly root_name: string
  readonly root_service: string
  readonly root_provisional: boolean
  readonly input_tokens: bigint | null
  readonly output_tokens: bigint | null
  readonly first_arrival_day: string
  readonly last_arrival_day: string
  readonly running_count: number
  readonly model_call_count: number
  readonly heard_body_id: bigint | null
}

/** Reads rows as summaries; looks up when those for which `isWanted` were heard of. */
export async function toTraceSummaries(
  pool: pg.Pool,
  rows: readonly TraceRow[],
  isWanted: (row: TraceRow) => boolean,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const wanted = rows.filter(isWanted)
  if (wanted.length === 0) return rows.map((row) => toTraceSummary(row, undefined))
  const bodyIds = new Set(wanted.map((row) => row.heard_body_id).filter((id) => id !== null))
  const first = leastDay(wanted.map((row) => row.first_arrival_day))
  const last = greatestDay(wanted.map((row) => row.last_arrival_day))
  const receivedAt = await findReceivedAt(pool, bodyIds, { first, last }, options)
  return rows.map((row) =>
    toTraceSummary(row, row.heard_body_id === null ? undefined : receivedAt.get(row.heard_body_id)),
  )
}

/** Most pages have none. */
export function isRunning(row: TraceRow): boolean {
  return row.running_count > 0
}

function toTraceSummary(row: TraceRow, lastHeardAt: Date | undefined): TraceSummary {
  return {
    traceId: traceIdOfUuid(row.trace_id),
    startUnixNano: row.start_unix_nano,
    endUnixNano: row.end_unix_nano,
    spanCount: row.span_count,
    errorCount: row.error_count,
    runningCount: row.running_count,
    lastHeardAt,
    root: {
      spanId: spanIdOfBigint(row.root_span_id),
      name: row.root_name,
      serviceName: row.root_service,
      provisional: row.root_provisional,
    },
    inputTokens: row.input_tokens === null ? undefined : Number(row.input_tokens),
    outputTokens: row.output_tokens === null ? undefined : Number(row.output_tokens),
    modelCallCount: row.model_call_count,
    firstArrivalDay: row.first_arrival_day,
    lastArrivalDay: row.last_arrival_day,
  }
}
