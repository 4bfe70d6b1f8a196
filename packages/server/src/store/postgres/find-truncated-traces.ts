import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { ReadOptions, TracePosition, TraceQuery } from '../trace-store.ts'
import { greatestDay, leastDay } from './find-arrival-days.ts'
import type { OperationFilter } from './find-operation-ids.ts'
import { traceIdOfUuid } from './id-columns.ts'
import { selectTraces } from './select-traces.ts'
import {
  listsOperation,
  positionPredicates,
  positionSql,
  spanHasOperation,
  summaryPredicates,
  traceOrder,
  where,
} from './trace-predicates.ts'

// Each candidate costs a look into the spans, so a batch is about a page.
const candidatesAtOnce = 100

/**
 * Traces whose summary does not show the match: it lists not all operations, and a span has one of the filter.
 * @param until traces behind it are not wanted
 */
export async function findTruncatedTraces(
  pool: pg.Pool,
  query: TraceQuery,
  filter: OperationFilter,
  until: TracePosition | undefined,
  options?: ReadOptions,
): Promise<readonly TraceSummary[]> {
  const found: TraceSummary[] = []
  let after = query.after
  for (;;) {
    const candidates = await findCandidates(pool, { ...query, after }, filter, until, options)
    if (candidates.length > 0) {
      const matching = await askSpans(pool, candidates, filter, options)
      found.push(...candidates.filter((candidate) => matching.has(candidate.traceId)))
    }
    if (candidates.length < candidatesAtOnce || found.length >= query.limit) return found
    after = candidates.at(-1)
  }
}

// Goes along the partial index trace_summary_truncated, which is empty in a house whose span names are few.
function findCandidates(
  pool: pg.Pool,
  query: TraceQuery,
  { ids, name }: OperationFilter,
  until: TracePosition | undefined,
  options: ReadOptions | undefined,
): Promise<readonly TraceSummary[]> {
  return selectTraces(
    pool,
    (bind) => {
      const predicates = [
        't.operations_truncated',
        ...positionPredicates(query, bind),
        ...summaryPredicates(query, bind),
      ]
      if (until !== undefined) {
        predicates.push(`(t.start_unix_nano, t.trace_id) > ${positionSql(until, bind)}`)
      }
      if (ids.length > 0 && name?.isNameless !== true) predicates.push(`not ${listsOperation(ids, bind)}`)
      return `
  select t.* from otel.trace_summary t
  ${where(predicates)}
  order by ${traceOrder} limit ${candidatesAtOnce}`
    },
    options,
  )
}

// A scalar subquery stops at the first span that matches and is never turned into a join over whole partitions.
const askSql = (spanMatches: string): string => `
select c.trace_id
from unnest($1::uuid[]) as c (trace_id)
where (select true from otel.span_row s
       where s.trace_id = c.trace_id and s.arrival_day between $2::date and $3::date and (${spanMatches})
       limit 1)`

async function askSpans(
  pool: pg.Pool,
  candidates: readonly TraceSummary[],
  filter: OperationFilter,
  options: ReadOptions | undefined,
): Promise<ReadonlySet<string>> {
  const values: unknown[] = [
    `{${candidates.map((candidate) => candidate.traceId).join(',')}}`,
    leastDay(candidates.map((candidate) => candidate.firstArrivalDay)),
    greatestDay(candidates.map((candidate) => candidate.lastArrivalDay)),
  ]
  const text = askSql(spanHasOperation(filter, (value) => `$${values.push(value)}`))
  const result = await queryCancellable<{ trace_id: string }>(pool, { text, values }, options?.signal)
  return new Set(result.rows.map((row) => traceIdOfUuid(row.trace_id)))
}
