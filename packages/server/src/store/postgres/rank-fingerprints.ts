import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type {
  AskedPeriods,
  FingerprintFigures,
  FingerprintOrder,
  FingerprintRanking,
  ReadOptions,
} from '../trace-store.ts'
import { dayPredicate, findAskedScope, tracePredicates, type AskedScope } from './asked-periods.ts'
import { clampToBigint, columnTypes } from './column-types.ts'
import { where, type Bind } from './trace-predicates.ts'

const orders: Readonly<Record<FingerprintOrder, string>> = {
  count: 'trace_count desc',
  p95: 'durations[2] desc nulls last',
  error_rate: 'error_count::float8 / trace_count desc',
  tokens: 'coalesce(input_tokens, 0) + coalesce(output_tokens, 0) desc',
}

// A trace counts once under a fingerprint, on however many of its spans that is. Times are 0 and more, so that their
// difference is a bigint.
const rankSql = (scope: AskedScope, sort: FingerprintOrder, limit: number, bind: Bind): string => `
with asked as (
  select distinct s.fingerprint, s.trace_id
  from otel.span_row s
  where s.fingerprint is not null and ${dayPredicate(scope, bind)}
), figures as (
  select a.fingerprint, t.start_unix_nano >= ${bind(clampToBigint(scope.periods.fromUnixNano))}::bigint as is_current,
         count(*)::float8 as trace_count,
         (count(*) filter (where t.error_count > 0))::float8 as error_count,
         percentile_cont(array[0.5, 0.95]) within group (order by (t.end_unix_nano - t.start_unix_nano)::float8)
           filter (where t.running_count = 0) as durations,
         sum(t.input_tokens)::float8 as input_tokens, sum(t.output_tokens)::float8 as output_tokens,
         sum(t.model_call_count)::float8 as model_call_count,
         min(t.start_unix_nano) as first_start, max(t.start_unix_nano) as last_start
  from asked a join otel.trace_summary t on t.trace_id = a.trace_id
  ${where(tracePredicates(scope, bind))}
  group by a.fingerprint, is_current
), ranked as (
  select figures.*, row_number() over (order by ${orders[sort]}, trace_count desc, fingerprint) as place,
         count(*) over () as fingerprint_count
  from figures where is_current
)
select f.*, r.place, r.fingerprint_count
from ranked r join figures f on f.fingerprint = r.fingerprint
where r.place <= ${bind(limit)}::bigint
order by r.place, f.is_current desc`

interface Row {
  readonly fingerprint: string
  readonly is_current: boolean
  readonly trace_count: number
  readonly error_count: number
  readonly durations: readonly number[] | null
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly model_call_count: number
  readonly first_start: bigint
  readonly last_start: bigint
  readonly fingerprint_count: bigint
}

/** Both periods in one statement, so that a change is one between figures of the same moment. */
export async function rankFingerprints(
  pool: pg.Pool,
  periods: AskedPeriods,
  { sort, limit }: { sort: FingerprintOrder; limit: number },
  options?: ReadOptions,
): Promise<FingerprintRanking> {
  const scope = await findAskedScope(pool, periods, options)
  if (scope === undefined) return { fingerprintCount: 0, items: [] }
  const values: unknown[] = []
  const text = rankSql(scope, sort, limit, (value) => `$${values.push(value)}`)
  const { rows } = await queryCancellable<Row>(pool, { text, values, types: columnTypes }, options?.signal)
  const previous = new Map(rows.filter((row) => !row.is_current).map((row) => [row.fingerprint, row]))
  const items = rows
    .filter((row) => row.is_current)
    .map((row) => {
      const before = previous.get(row.fingerprint)
      return {
        fingerprint: row.fingerprint,
        current: toFigures(row),
        previous: before === undefined ? undefined : toFigures(before),
      }
    })
  return { fingerprintCount: Number(rows[0]?.fingerprint_count ?? 0), items }
}

function toFigures(row: Row): FingerprintFigures {
  return {
    traceCount: row.trace_count,
    errorCount: row.error_count,
    p50DurationNano: row.durations?.[0],
    p95DurationNano: row.durations?.[1],
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    modelCallCount: row.model_call_count,
    firstStartUnixNano: row.first_start,
    lastStartUnixNano: row.last_start,
  }
}
