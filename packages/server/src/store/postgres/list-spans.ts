import type pg from 'pg'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { ReadOptions, SpanQuery, SpanRow } from '../trace-store.ts'
import { columnTypes } from './column-types.ts'
import { withArrivalDays } from './find-arrival-days.ts'
import { findReceivedAt } from './find-received-at.ts'
import { spanIdOfBigint } from './id-columns.ts'
import { selectSpanPage, type SpanPage } from './span-page.ts'
import { markRunning, markTokensCounted } from './span-marks.ts'
import { toTokenCounts, type TokenColumns } from './token-columns.ts'
import type { TermId, TermReader, TermText } from './term-reader.ts'

const termColumns = [
  'gen_ai_operation_id',
  'provider_id',
  'request_model_id',
  'response_model_id',
  'agent_id',
  'tool_id',
  'mcp_method_id',
  'context_carrier_id',
  'error_type_id',
] as const

const pageColumns = `s.span_id, s.parent_span_id, s.start_unix_nano, s.duration_nano, s.operation_id, s.body_id,
         s.status_code, s.marks, s.name_text, s.input_tokens, s.output_tokens, s.cache_read_tokens,
         s.cache_write_tokens, s.reasoning_tokens, s.fingerprint, ${termColumns.map((column) => `s.${column}`).join(', ')}`

const listSql = (page: SpanPage): string => `
select s.*, coalesce(s.name_text, o.name) as name, o.kind, o.service
from (${page.text}
) s
join otel.operation o on o.id = s.operation_id
order by ${page.orderBy}`

type Row = TokenColumns &
  Readonly<Record<(typeof termColumns)[number], TermId>> & {
    readonly span_id: bigint
    readonly parent_span_id: bigint
    readonly name: string
    readonly kind: number
    readonly service: string
    readonly start_unix_nano: bigint
    readonly duration_nano: bigint
    readonly body_id: bigint
    readonly status_code: number
    readonly marks: number
    readonly fingerprint: string | null
  }

/** Rows of one page of a trace's spans; empty when the trace is unknown. */
export async function listSpans(
  pool: pg.Pool,
  terms: TermReader,
  traceId: string,
  query: SpanQuery,
  options?: ReadOptions,
): Promise<readonly SpanRow[]> {
  const found = await withArrivalDays(pool, traceId, options, async (days, id) => {
    const page = selectSpanPage(pageColumns, id, days, query)
    const config = { text: listSql(page), values: [...page.values], types: columnTypes }
    const { rows } = await queryCancellable<Row>(pool, config, options?.signal)
    const ofRunning = new Set(rows.filter(isRunning).map((row) => row.body_id))
    return { rows, receivedAt: await findReceivedAt(pool, ofRunning, days, options) }
  })
  if (found === undefined) return []
  const text = await terms.load(termIds(found.rows), options)
  return found.rows.map((row) => toSpanRow(row, text, found.receivedAt))
}

function* termIds(rows: readonly Row[]): Generator<TermId> {
  for (const row of rows) for (const column of termColumns) yield row[column]
}

function isRunning(row: Row): boolean {
  return (row.marks & markRunning) !== 0
}

function toSpanRow(row: Row, text: TermText, receivedAt: ReadonlyMap<bigint, Date>): SpanRow {
  return {
    spanId: spanIdOfBigint(row.span_id),
    parentSpanId: spanIdOfBigint(row.parent_span_id),
    name: row.name,
    kind: row.kind,
    serviceName: row.service,
    startUnixNano: row.start_unix_nano,
    durationNano: row.duration_nano,
    statusCode: row.status_code,
    running: isRunning(row),
    lastHeardAt: isRunning(row) ? receivedAt.get(row.body_id) : undefined,
    countsTokens: (row.marks & markTokensCounted) !== 0,
    ...toTokenCounts(row),
    genAiOperation: text(row.gen_ai_operation_id),
    provider: text(row.provider_id),
    requestModel: text(row.request_model_id),
    responseModel: text(row.response_model_id),
    agent: text(row.agent_id),
    tool: text(row.tool_id),
    mcpMethod: text(row.mcp_method_id),
    contextCarrier: text(row.context_carrier_id),
    errorType: text(row.error_type_id),
    fingerprint: row.fingerprint ?? undefined,
  }
}
