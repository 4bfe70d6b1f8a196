import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions, SpanQuery, SpanRow } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { withArrivalDays } from './find-arrival-days.ts'
import { spanIdOfBigint } from './id-columns.ts'
import { selectSpanPage, type SpanPage } from './span-page.ts'

const pageColumns = `s.span_id, s.parent_span_id, s.start_unix_nano, s.duration_nano, s.operation_id, s.status_code,
         s.marks, s.name_text`

const listSql = (page: SpanPage): string => `
select s.span_id, s.parent_span_id, coalesce(s.name_text, o.name) as name, o.kind, o.service, s.start_unix_nano,
       s.duration_nano, s.status_code, s.marks & 1 = 1 as running
from (${page.text}
) s
join otel.operation o on o.id = s.operation_id
order by ${page.orderBy}`

interface Row {
  readonly span_id: bigint
  readonly parent_span_id: bigint
  readonly name: string
  readonly kind: number
  readonly service: string
  readonly start_unix_nano: bigint
  readonly duration_nano: bigint
  readonly status_code: number
  readonly running: boolean
}

/** Rows of one page of a trace's spans; empty when the trace is unknown. */
export async function listSpans(
  pool: pg.Pool,
  traceId: string,
  query: SpanQuery,
  options?: ReadOptions,
): Promise<readonly SpanRow[]> {
  const rows = await withArrivalDays(pool, traceId, options, async (days, id) => {
    const page = selectSpanPage(pageColumns, id, days, query)
    const config = { text: listSql(page), values: [...page.values], types: columnTypes }
    const result = await queryCancellable<Row>(pool, config, options?.signal)
    return result.rows
  })
  return (rows ?? []).map(toSpanRow)
}

function toSpanRow(row: Row): SpanRow {
  return {
    spanId: spanIdOfBigint(row.span_id),
    parentSpanId: spanIdOfBigint(row.parent_span_id),
    name: row.name,
    kind: row.kind,
    serviceName: row.service,
    startUnixNano: row.start_unix_nano,
    durationNano: row.duration_nano,
    statusCode: row.status_code,
    running: row.running,
  }
}
