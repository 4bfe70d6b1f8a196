import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type {
  AskedPeriods,
  FingerprintFigures,
  FingerprintOrder,
  FingerprintRanking,
  RankingPage,
} from '../fingerprint-ranking.ts'
import { toKeptFingerprint } from '../../trace/fingerprint.ts'
import type { ReadOptions } from '../trace-store.ts'
import { dayPredicate, findAskedScope, tracePredicates, type AskedScope } from './asked-periods.ts'
import { clampToBigint, columnTypes } from './column-types.ts'
import { traceHasSpan, where, type Bind } from './trace-predicates.ts'

type Period = 'current' | 'previous'

const orders: Readonly<Record<FingerprintOrder, string>> = {
  count: 'current_traces desc',
  p95: 'current_durations[2] desc nulls last',
  error_rate: 'current_failed / current_traces desc',
  tokens: 'coalesce(current_input_tokens, 0) + coalesce(current_output_tokens, 0) desc',
}

// Times are 0 and more, so that their difference is a bigint.
const figuresSql = (period: Period, isIn: string): string => `
       (count(*) filter (where ${isIn}))::float8 as ${period}_traces,
       (count(*) filter (where ${isIn} and t.error_count > 0))::float8 as ${period}_errors,
       (count(*) filter (where ${isIn} and t.has_failed))::float8 as ${period}_failed,
       percentile_cont(array[0.5, 0.95]) within group (order by (t.end_unix_nano - t.start_unix_nano)::float8)
         filter (where ${isIn} and t.running_count = 0) as ${period}_durations,
       (sum(t.input_tokens) filter (where ${isIn}))::float8 as ${period}_input_tokens,
       (sum(t.output_tokens) filter (where ${isIn}))::float8 as ${period}_output_tokens,
       (sum(t.model_call_count) filter (where ${isIn}))::float8 as ${period}_model_calls,
       min(t.start_unix_nano) filter (where ${isIn}) as ${period}_first_start,
       max(t.start_unix_nano) filter (where ${isIn}) as ${period}_last_start`

const figureColumns = `t.start_unix_nano, t.end_unix_nano, t.error_count, t.running_count, t.input_tokens, t.output_tokens,
         t.model_call_count`

/** Of `t`: its root has failed. It is looked up only where some span has. */
const hasFailed = (scope: AskedScope, bind: Bind): string =>
  `t.error_count > 0 and coalesce(${traceHasSpan(
    `s.span_id = t.root_span_id and s.parent_span_id = 0 and s.status_code = 2 and ${dayPredicate(scope, bind)}`,
  )}, false)`

/** A trace counts once under a fingerprint, on however many of its spans that is. */
function rankSql(scope: AskedScope, { sort, limit, fingerprint }: RankingPage, bind: Bind): string {
  const from = `${bind(clampToBigint(scope.periods.fromUnixNano))}::bigint`
  const isAsked =
    fingerprint === undefined
      ? 's.fingerprint is not null'
      : `s.fingerprint = ${bind(toKeptFingerprint(fingerprint))}`
  const isCurrent = `t.start_unix_nano >= ${from}`
  return `
select * from (
select t.fingerprint, count(*) over () as fingerprint_count,
       ${figuresSql('current', isCurrent)}, ${figuresSql('previous', `t.start_unix_nano < ${from}`)}
from (
  select asked.fingerprint, ${figureColumns}, ${hasFailed(scope, bind)} as has_failed
  from (select distinct s.fingerprint, s.trace_id from otel.span_row s
        where ${isAsked} and ${dayPredicate(scope, bind)}) asked
  join otel.trace_summary t on t.trace_id = asked.trace_id
  ${where(tracePredicates(scope, bind))}
  offset 0 -- each root is looked up once, and not for each figure
) t
group by t.fingerprint
having bool_or(${isCurrent})
) figures
order by ${orders[sort]}, current_traces desc, fingerprint limit ${bind(limit)}::bigint`
}

type PeriodRow<P extends Period> = {
  readonly [Column in `${P}_${'traces' | 'failed' | 'errors' | 'model_calls'}`]: number
} & {
  readonly [Column in `${P}_${'input_tokens' | 'output_tokens'}`]: number | null
} & {
  readonly [Column in `${P}_${'first_start' | 'last_start'}`]: bigint
} & { readonly [Column in `${P}_durations`]: readonly number[] | null }

type Row = PeriodRow<'current'> &
  PeriodRow<'previous'> & { readonly fingerprint: string; readonly fingerprint_count: bigint }

/**
 * Both periods in one statement: a change is one between figures of the same moment.
 *
 * It goes through every trace and every fingerprint of both periods. 100 000 questions of 4 400 fingerprints among 400 000
 * traces of two days (4.5 M spans in 30 days of partitions, embedded PostgreSQL 18.4, 2 cores shared with other work): 0.8 s.
 * Where one question in ten has a failed span, to look up their roots takes 0.1 to 0.2 s of that.
 * A million questions, each another one of 232 bytes: 11 s, so that a busier day needs a shorter period.
 */
export async function rankFingerprints(
  pool: pg.Pool,
  periods: AskedPeriods,
  page: RankingPage,
  options?: ReadOptions,
): Promise<FingerprintRanking> {
  const scope = await findAskedScope(pool, periods, options)
  if (scope === undefined) return { fingerprintCount: 0, items: [] }
  const values: unknown[] = []
  const text = rankSql(scope, page, (value) => `$${values.push(value)}`)
  const { rows } = await queryCancellable<Row>(pool, { text, values, types: columnTypes }, options?.signal)
  const items = rows.map((row) => ({
    fingerprint: row.fingerprint,
    current: toFigures(row, 'current'),
    previous: row.previous_traces === 0 ? undefined : toFigures(row, 'previous'),
  }))
  return { fingerprintCount: Number(rows[0]?.fingerprint_count ?? 0), items }
}

function toFigures(row: Row, period: Period): FingerprintFigures {
  const durations = row[`${period}_durations`]
  return {
    traceCount: row[`${period}_traces`],
    failedCount: row[`${period}_failed`],
    errorCount: row[`${period}_errors`],
    p50DurationNano: durations?.[0],
    p95DurationNano: durations?.[1],
    inputTokens: row[`${period}_input_tokens`] ?? undefined,
    outputTokens: row[`${period}_output_tokens`] ?? undefined,
    modelCallCount: row[`${period}_model_calls`],
    firstStartUnixNano: row[`${period}_first_start`],
    lastStartUnixNano: row[`${period}_last_start`],
  }
}
