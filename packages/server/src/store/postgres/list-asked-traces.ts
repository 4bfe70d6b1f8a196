import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { AskedPeriods, AskedTrace } from '../fingerprint-ranking.ts'
import type { ReadOptions } from '../trace-store.ts'
import { dayPredicate, findAskedScope, tracePredicates, type AskedScope } from './asked-periods.ts'
import { columnTypes } from './column-types.ts'
import { traceIdOfUuid } from './id-columns.ts'
import { where, type Bind } from './trace-predicates.ts'

// What was written before calls were counted has tokens, if it has any call.
const mayHaveCalls = '(t.model_call_count > 0 or t.input_tokens is not null or t.output_tokens is not null)'

const listSql = (scope: AskedScope, fingerprints: readonly string[], bind: Bind): string => `
select a.fingerprint, t.trace_id, t.start_unix_nano, t.model_call_count, t.input_tokens::float8 as input_tokens,
       t.output_tokens::float8 as output_tokens
from (select distinct s.fingerprint, s.trace_id from otel.span_row s
      where s.fingerprint = any(${bind(fingerprints)}::text[]) and ${dayPredicate(scope, bind)}) a,
lateral (select t.* from otel.trace_summary t
         ${where(['t.trace_id = a.trace_id', mayHaveCalls, ...tracePredicates(scope, bind)])} limit 1) t`

interface Row {
  readonly fingerprint: string
  readonly trace_id: string
  readonly start_unix_nano: bigint
  readonly model_call_count: number
  readonly input_tokens: number | null
  readonly output_tokens: number | null
}

/** The traces of both periods with these fingerprints that may have model calls. */
export async function listAskedTraces(
  pool: pg.Pool,
  periods: AskedPeriods,
  fingerprints: readonly string[],
  options?: ReadOptions,
): Promise<readonly AskedTrace[]> {
  if (fingerprints.length === 0) return []
  const scope = await findAskedScope(pool, periods, options)
  if (scope === undefined) return []
  const values: unknown[] = []
  const text = listSql(scope, fingerprints, (value) => `$${values.push(value)}`)
  const { rows } = await queryCancellable<Row>(pool, { text, values, types: columnTypes }, options?.signal)
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    traceId: traceIdOfUuid(row.trace_id),
    startUnixNano: row.start_unix_nano,
    modelCallCount: row.model_call_count,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
  }))
}
