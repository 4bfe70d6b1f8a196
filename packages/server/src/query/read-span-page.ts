import type { ReadOptions, SpanQuery, SpanRow, TraceStore } from '../store/trace-store.ts'
import type { Span } from '../trace/span.ts'
import type { SpanItem } from './contract.ts'
import { encodeCursor, type CursorPosition, type ListIdentity } from './cursor.ts'
import { estimateSpanBytes } from './estimate-bytes.ts'
import { clampNano } from './instant.ts'
import { toPage } from './page.ts'
import { parseSpanId } from '../trace/ids.ts'
import { parseInt64, readCursor } from './read-parameters.ts'
import { spanRowToJson, spanToJson } from './span-json.ts'

export interface SpanPage {
  items: SpanItem[]
  next_cursor: string | null
}

export interface SpanPageRequest {
  readonly traceId: string
  readonly include: 'attributes' | undefined
  readonly limit: number
  readonly cursor: string | undefined
  /** The server's clock. */
  readonly now: Date
}

// A page ends before its JSON is much longer than this, for spans may carry megabytes of message text each. One span is
// always shown, however long.
export const maxPageBytes = 16 * 1024 * 1024

// The first read of a page whose spans may be large; the following ones go by the size of these.
const firstReadSpans = 25

/**
 * One page of a trace's spans, bounded in number and in bytes. The cursor holds for both forms of the list, so that a
 * reader may look closer half way.
 */
export async function readSpanPage(
  store: TraceStore,
  request: SpanPageRequest,
  options: ReadOptions,
): Promise<SpanPage> {
  const identity = identify(request.traceId)
  const after = readCursor(identity, request.cursor, toPosition)
  if (request.include === 'attributes') return await readDetailed(store, request, identity, after, options)
  const rows = await store.listSpans(request.traceId, { limit: request.limit + 1, after }, options)
  return toRowPage(rows, request)
}

/** A page of rows that begins with the first of `rows`; they are more than `limit` when there are more. */
export function toRowPage(
  rows: readonly SpanRow[],
  { traceId, limit, now }: Pick<SpanPageRequest, 'traceId' | 'limit' | 'now'>,
): SpanPage {
  return toPage(identify(traceId), rows, limit, (row) => spanRowToJson(row, now), positionOf)
}

function identify(traceId: string): ListIdentity {
  return { list: 'spans', filters: { trace: traceId } }
}

async function readDetailed(
  store: TraceStore,
  { traceId, limit, now }: SpanPageRequest,
  identity: ListIdentity,
  after: SpanQuery['after'],
  options: ReadOptions,
): Promise<SpanPage> {
  const items: SpanItem[] = []
  let bytes = 0
  let last: Span | undefined
  const goesOn = (): SpanPage => ({ items, next_cursor: encodeCursor(identity, positionOf(last!)) })
  let wanted = Math.min(limit, firstReadSpans)
  for (;;) {
    const from = last === undefined ? after : { ...keyOf(last) }
    const spans = await store.readSpans(traceId, { limit: wanted + 1, after: from }, options)
    const rows = await store.listSpans(traceId, { limit: wanted, after: from }, options)
    const rowOf = new Map(rows.map((row) => [row.spanId, row]))
    for (const span of spans.slice(0, wanted)) {
      bytes += estimateSpanBytes(span)
      if (bytes > maxPageBytes && items.length > 0) return goesOn()
      items.push(spanToJson(span, rowOf.get(span.spanId), now))
      last = span
    }
    if (spans.length <= wanted) return { items, next_cursor: null }
    if (items.length >= limit || bytes >= maxPageBytes) return goesOn()
    const affordable = Math.floor((maxPageBytes - bytes) / (bytes / items.length))
    wanted = Math.max(1, Math.min(limit - items.length, affordable))
  }
}

function keyOf(span: { startUnixNano: bigint; spanId: string }): { startUnixNano: bigint; spanId: string } {
  return { startUnixNano: clampNano(span.startUnixNano), spanId: span.spanId }
}

function positionOf(span: { startUnixNano: bigint; spanId: string }): CursorPosition {
  return [clampNano(span.startUnixNano).toString(), span.spanId]
}

function toPosition([start, spanId]: CursorPosition): SpanQuery['after'] {
  const startUnixNano = parseInt64(start)
  const id = parseSpanId(spanId ?? '')
  return startUnixNano === undefined || id === undefined ? undefined : { startUnixNano, spanId: id }
}
