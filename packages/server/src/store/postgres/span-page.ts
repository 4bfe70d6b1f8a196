import type { SpanQuery } from '../trace-store.ts'
import { clampToBigint } from './column-types.ts'
import type { ArrivalDays } from './find-arrival-days.ts'
import { bigintOfSpanId, spanIdOrderSql } from './id-columns.ts'

/** The rows of one page of a trace's spans, as `s`; their order has to be said again by who joins them. */
export interface SpanPage {
  readonly text: string
  readonly orderBy: string
  readonly values: readonly unknown[]
}

const spanOrder = `s.start_unix_nano, ${spanIdOrderSql('s.span_id')}`

/** Pages by (start, span id). The index finds all rows of the trace, and the page is the top of their sort. */
export function selectSpanPage(
  columns: string,
  traceId: string,
  days: ArrivalDays,
  query: SpanQuery,
): SpanPage {
  const { after } = query
  const behind =
    after === undefined ? '' : `and (${spanOrder}) > ($5::bigint, ${spanIdOrderSql('$6::bigint')})`
  return {
    text: `
  select ${columns}
  from otel.span_row s
  where s.trace_id = $1 and s.arrival_day between $2::date and $3::date ${behind}
  order by ${spanOrder}
  limit $4::bigint`,
    orderBy: spanOrder,
    values: [
      traceId,
      days.first,
      days.last,
      query.limit,
      ...(after === undefined ? [] : [clampToBigint(after.startUnixNano), bigintOfSpanId(after.spanId)]),
    ],
  }
}
