import type { TraceSummary } from '../trace/trace-summary.ts'
import type { TraceItem } from './contract.ts'
import { formatInstant, toMilliseconds } from './instant.ts'

export function traceToJson(trace: TraceSummary): TraceItem {
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
  }
}
