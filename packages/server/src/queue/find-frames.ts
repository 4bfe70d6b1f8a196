import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { queryCancellable } from '../postgres/cancel.ts'
import { UnreadableBody } from './unreadable-body.ts'

/** Spans of one body. */
export interface WantedSpans {
  readonly bodyId: bigint
  readonly arrivalDay: string
  /** Within the body; ascending. */
  readonly spanIndexes: readonly number[]
}

/** Where a frame lies in its body. */
export interface FrameSpan {
  readonly bodyId: bigint
  readonly arrivalDay: string
  readonly codec: number
  readonly storedFrom: number
  readonly storedBytes: number
  readonly rawBytes: number
  readonly firstSpanIndex: number
}

interface Row {
  readonly id: string
  readonly codec: number
  readonly raw_bytes: number
  readonly frames: readonly number[]
}

// Reads the narrow columns only: `bytes` is out of line.
const findSql = `
select id::text, codec, raw_bytes, frames
from otel.body
where arrival_day = any($1::date[]) and id = any($2::bigint[])`

/**
 * The frames that hold the wanted spans, in the order of `wanted`.
 * @throws UnreadableBody when a body is gone, its table of frames contradicts itself, or it has no such span
 */
export async function findFrames(
  pool: pg.Pool,
  wanted: readonly WantedSpans[],
  signal: AbortSignal | undefined,
): Promise<readonly FrameSpan[]> {
  const days = [...new Set(wanted.map((body) => body.arrivalDay))]
  const values = [`{${days.join(',')}}`, toArrayLiteral(wanted.map((body) => body.bodyId))]
  const result = await queryCancellable<Row>(pool, { text: findSql, values }, signal)
  const rows = new Map(result.rows.map((row) => [BigInt(row.id), row]))
  return wanted.flatMap((body) => {
    const row = rows.get(body.bodyId)
    if (row === undefined) throw new UnreadableBody(body, 'it is gone')
    return pickFrames(body, row)
  })
}

function pickFrames(body: WantedSpans, row: Row): FrameSpan[] {
  const { frames, codec } = row
  const picked: FrameSpan[] = []
  let next = 0
  let [storedFrom, rawFrom, firstSpanIndex] = [0, 0, 0]
  for (let at = 0; at < frames.length; at += 3) {
    const [storedTo, rawTo, spansTo] = [frames[at]!, frames[at + 1], frames[at + 2]]
    if (!(storedTo > storedFrom && rawTo! > rawFrom && spansTo! >= firstSpanIndex)) break
    if (next < body.spanIndexes.length && body.spanIndexes[next]! < spansTo!) {
      const { bodyId, arrivalDay } = body
      const [storedBytes, rawBytes] = [storedTo - storedFrom, rawTo! - rawFrom]
      picked.push({ bodyId, arrivalDay, codec, storedFrom, storedBytes, rawBytes, firstSpanIndex })
      while (next < body.spanIndexes.length && body.spanIndexes[next]! < spansTo!) next++
    }
    storedFrom = storedTo
    rawFrom = rawTo!
    firstSpanIndex = spansTo!
  }
  if (rawFrom !== row.raw_bytes) throw new UnreadableBody(body, 'its table of frames contradicts itself')
  if (next < body.spanIndexes.length) {
    throw new UnreadableBody(body, `it has ${firstSpanIndex} spans and not number ${body.spanIndexes[next]!}`)
  }
  return picked
}
