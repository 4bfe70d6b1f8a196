import type { TraceSummary } from '../trace/trace-summary.ts'
import type { Cost, TraceItem } from './contract.ts'
import { formatDate, formatInstant, toMilliseconds } from './instant.ts'
import { isSilent } from './silence.ts'

export interface TraceFacts {
  /** null: no model calls. */
  readonly cost: Cost | null
  /** The server's clock. */
  readonly now: Date
}

export function traceToJson(trace: TraceSummary, { cost, now }: TraceFacts): TraceItem {
  const running = trace.runningCount > 0
  return {
    trace_id: trace.traceId,
    service_name: trace.root.serviceName,
    root_name: trace.root.name,
    root_span_id: trace.root.spanId,
    root_provisional: trace.root.provisional,
    start_time: formatInstant(trace.startUnixNano),
    end_time: formatInstant(trace.endUnixNano),
    duration_ms: toMilliseconds(trace.endUnixNano - trace.startUnixNano),
    status: trace.errorCount > 0 ? 'error' : 'ok',
    span_count: trace.spanCount,
    error_count: trace.errorCount,
    input_tokens: trace.inputTokens ?? null,
    output_tokens: trace.outputTokens ?? null,
    cost,
    running,
    silent: running && isSilent(trace.lastHeardAt, now),
    last_heard_at: running && trace.lastHeardAt !== undefined ? formatDate(trace.lastHeardAt) : null,
  }
}
