/**
 * readFrames hands out the parts of bodies that hold given spans, uncompressed. The trace store reads through it.
 *
 * Guarantees: of a body only the frames that are wanted leave the database and are decompressed; at most one batch of
 * frames is held at a time, and what it takes is reserved in the byte budget, if there is one. Refuses to wait for the
 * budget (ReadBusy), and to hand out what is not what was written (UnreadableBody): damage ends one read, not the process.
 */
import type pg from 'pg'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { queryCancellable } from '../postgres/cancel.ts'
import type { ByteBudget } from './byte-budget.ts'
import { decompressFrame } from './decompress-frame.ts'
import { findFrames, type FrameSpan, type WantedSpans } from './find-frames.ts'
import { UnreadableBody } from './unreadable-body.ts'

/** A run of whole payloads of a body: one ExportTraceServiceRequest message. */
export interface Frame {
  readonly bodyId: bigint
  readonly arrivalDay: string
  /** Index, within the body, of the first span in `bytes`. */
  readonly firstSpanIndex: number
  readonly bytes: Uint8Array
}

export interface FrameReadOptions {
  /** Cancels the work in the database too. */
  readonly signal?: AbortSignal
  readonly budget?: ByteBudget
  /** Bounds what is held at once, unless one frame alone is larger. */
  readonly batchBytes?: number
}

/** The byte budget has no room for this read now. Retrying helps. */
export class ReadBusy extends Error {
  override readonly name = 'ReadBusy'
  readonly code = 'busy'
}

// 25 frames of 128 KiB with what they come from: enough to hide the round trip, small beside the budget.
const defaultBatchBytes = 4 * 1024 * 1024

// The frame tables of so many bodies are read at once: 300 KB for bodies of eight frames.
const bodiesAtOnce = 1000

/**
 * @param wanted bodies, each once
 * @yields frames in the order of `wanted`, those of one body in ascending order
 * @throws ReadBusy, UnreadableBody, the signal's reason, or the database's error
 */
export async function* readFrames(
  pool: pg.Pool,
  wanted: readonly WantedSpans[],
  options: FrameReadOptions = {},
): AsyncGenerator<Frame, void, undefined> {
  const batchBytes = options.batchBytes ?? defaultBatchBytes
  for (let from = 0; from < wanted.length; from += bodiesAtOnce) {
    const frames = await findFrames(pool, wanted.slice(from, from + bodiesAtOnce), options.signal)
    for (let at = 0; at < frames.length;) {
      const batch = takeBatch(frames, at, batchBytes)
      at += batch.length
      const held = batch.reduce((sum, frame) => sum + bytesHeld(frame), 0)
      if (options.budget?.tryReserve(held) === false) {
        throw new ReadBusy('too many bytes are being read and decoded at once; try again')
      }
      try {
        yield* await fetchFrames(pool, batch, options.signal)
      } finally {
        options.budget?.release(held)
      }
    }
  }
}

function takeBatch(frames: readonly FrameSpan[], from: number, batchBytes: number): FrameSpan[] {
  let bytes = 0
  let to = from
  while (to < frames.length) {
    bytes += bytesHeld(frames[to]!)
    if (to > from && bytes > batchBytes) break
    to++
  }
  return frames.slice(from, to)
}

// The driver receives bytea as hexadecimal text, two characters a byte, and makes a Buffer of it.
function bytesHeld(frame: FrameSpan): number {
  return 3 * frame.storedBytes + frame.rawBytes
}

// A scalar subquery per frame, so that each is a look-up in one partition by its unique index whatever the statistics
// say; the list of days is there to plan those partitions only.
const fetchSql = `
select (select substring(b.bytes from r.stored_from + 1 for r.stored_bytes)
        from otel.body b
        where b.id = r.id and b.arrival_day = r.day and b.arrival_day = any($5::date[])) as bytes
from unnest($1::bigint[], $2::date[], $3::integer[], $4::integer[])
     with ordinality as r(id, day, stored_from, stored_bytes, place)
order by r.place`

async function fetchFrames(
  pool: pg.Pool,
  batch: readonly FrameSpan[],
  signal: AbortSignal | undefined,
): Promise<readonly Frame[]> {
  const days = batch.map((frame) => frame.arrivalDay)
  const query = {
    text: fetchSql,
    values: [
      toArrayLiteral(batch.map((frame) => frame.bodyId)),
      `{${days.join(',')}}`,
      toArrayLiteral(batch.map((frame) => frame.storedFrom)),
      toArrayLiteral(batch.map((frame) => frame.storedBytes)),
      `{${[...new Set(days)].join(',')}}`,
    ],
  }
  const result = await queryCancellable<{ bytes: Buffer | null }>(pool, query, signal)
  return Promise.all(
    batch.map(async (frame, index) => {
      const stored = result.rows[index]?.bytes
      if (stored == null) throw new UnreadableBody(frame, 'it is gone')
      const bytes = await decompressFrame(frame, stored)
      return {
        bodyId: frame.bodyId,
        arrivalDay: frame.arrivalDay,
        firstSpanIndex: frame.firstSpanIndex,
        bytes,
      }
    }),
  )
}
