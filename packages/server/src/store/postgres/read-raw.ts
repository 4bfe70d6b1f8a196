import type pg from 'pg'
import { extractSpans } from '../../otlp/raw-trace.ts'
import { queryCancellable } from '../../postgres/cancel.ts'
import type { WantedSpans } from '../../queue/find-frames.ts'
import { readFrames, type FrameReadOptions } from '../../queue/read-frames.ts'
import { columnTypes } from './column-types.ts'
import { guard } from './decode-frame.ts'
import { withArrivalDays } from './find-arrival-days.ts'

// A list of span indexes a body: 10 bytes a span while it is read. Traces of more bodies are read page by page, and
// no connection is kept while the client takes its time.
const bodiesPerPage = 1000

const locateSql = (behind: string): string => `
select body_id, arrival_day, array_agg(span_index order by span_index) as span_indexes
from otel.span_row
where trace_id = $1 and arrival_day between $2::date and $3::date ${behind}
group by arrival_day, body_id
order by arrival_day, body_id
limit $4::integer`

interface Row {
  readonly body_id: bigint
  readonly arrival_day: string
  readonly span_indexes: readonly number[]
}

/**
 * The trace as OTLP, a chunk per frame that holds spans of it, in order of arrival: put end to end the chunks are one
 * TracesData message (1.3 ms for 12 spans, p95 2.7; as measured in find-traces.ts). The spans of up to 1000 bodies are one snapshot; in a larger trace a span that is replaced while
 * it is being read can come out as the running and as the finished one.
 * @throws ReadBusy, UnreadableBody
 */
export async function* readRaw(
  pool: pg.Pool,
  traceId: string,
  options: FrameReadOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let after: WantedSpans | undefined
  do {
    const page = await locateTrace(pool, traceId, after, options)
    const wanted = new Map(page.map((body) => [body.bodyId, body]))
    let current: { readonly bodyId: bigint; readonly spanIndexes: ReadonlySet<number> } | undefined
    for await (const frame of readFrames(pool, page, options)) {
      if (current?.bodyId !== frame.bodyId) {
        current = { bodyId: frame.bodyId, spanIndexes: new Set(wanted.get(frame.bodyId)!.spanIndexes) }
      }
      const { spanIndexes } = current
      yield guard(frame, () =>
        extractSpans(frame.bytes, (spanIndex) => spanIndexes.has(frame.firstSpanIndex + spanIndex)),
      )
    }
    after = page.length < bodiesPerPage ? undefined : page.at(-1)
  } while (after !== undefined)
}

async function locateTrace(
  pool: pg.Pool,
  traceId: string,
  after: WantedSpans | undefined,
  options: FrameReadOptions,
): Promise<readonly WantedSpans[]> {
  const rows = await withArrivalDays(pool, traceId, options, async (days, id) => {
    const text = locateSql(after === undefined ? '' : 'and (arrival_day, body_id) > ($5::date, $6::bigint)')
    const behind = after === undefined ? [] : [after.arrivalDay, after.bodyId]
    const config = {
      text,
      values: [id, days.first, days.last, bodiesPerPage, ...behind],
      types: columnTypes,
    }
    return (await queryCancellable<Row>(pool, config, options.signal)).rows
  })
  return (rows ?? []).map((row) => ({
    bodyId: row.body_id,
    arrivalDay: row.arrival_day,
    spanIndexes: row.span_indexes,
  }))
}
