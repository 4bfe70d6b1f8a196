import type pg from 'pg'
import { toArrayLiteral } from '../../postgres/array-literal.ts'
import { toTraceIdList } from './row-keys.ts'
import type { Surplus, TraceDraft } from './trace-draft.ts'

// Of a sum that is null nothing is subtracted: a surplus of tokens is part of a sum of tokens.
const subtractSql = `
update otel.trace_summary t
set span_count = t.span_count - surplus.span_count, error_count = t.error_count - surplus.error_count,
    running_count = t.running_count - surplus.running_count,
    model_call_count = t.model_call_count - surplus.model_call_count,
    input_tokens = t.input_tokens - surplus.input_tokens, output_tokens = t.output_tokens - surplus.output_tokens
from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[])
  as surplus (trace_id, span_count, error_count, running_count, model_call_count, input_tokens, output_tokens)
where t.trace_id = surplus.trace_id`

export function hasSurplus(trace: TraceDraft): boolean {
  return Object.values(trace.surplus).some((count) => count !== 0)
}

/**
 * Corrects summaries that count a copy twice, where it says nothing new: what an exporter sent again, a sign of life of a
 * running span. Costs the same for a trace of any size, where recountTraces reads all its rows.
 */
export async function subtractSurplus(
  transaction: pg.ClientBase,
  traces: readonly TraceDraft[],
): Promise<void> {
  const list = (name: keyof Surplus): string => toArrayLiteral(traces.map((trace) => trace.surplus[name]))
  await transaction.query({
    name: 'subtract-surplus',
    text: subtractSql,
    values: [
      toTraceIdList(traces),
      list('spanCount'),
      list('errorCount'),
      list('runningCount'),
      list('modelCallCount'),
      list('inputTokens'),
      list('outputTokens'),
    ],
  })
}
