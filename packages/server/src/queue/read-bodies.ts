import type pg from 'pg'
import { zstdDecompressSync } from 'node:zlib'
import { copyOut, readInt4Array } from '../postgres/copy-out.ts'
import { codecNone, codecZstd } from './build-group.ts'
import { decompressionOptions } from './decompress-frame.ts'

export interface BodyKey {
  readonly bodyId: bigint
  /** UTC day of arrival, `2026-11-23`. */
  readonly arrivalDay: string
}

/**
 * Reads whole bodies from the database, uncompressed. For a thread of its own: decompression does not yield.
 * @returns the bytes by body id; a body that is not there is missing from the map, one that cannot be decompressed is an Error
 */
export async function readBodies(
  client: pg.ClientBase,
  bodies: readonly BodyKey[],
): Promise<Map<bigint, Uint8Array | Error>> {
  const days = [...new Set(bodies.map((body) => body.arrivalDay))].map(quoteDay)
  const rows = await copyOut(
    client,
    `select id, raw_bytes, codec, frames, bytes from otel.body
     where arrival_day in (${days.join(',')}) and id in (${bodies.map((body) => body.bodyId).join(',')})`,
  )
  return new Map(
    rows.map(([id, rawBytes, codec, frames, bytes]) => {
      const bodyId = id!.readBigInt64BE()
      return [bodyId, decompress(bodyId, rawBytes!.readInt32BE(), codec!.readInt16BE(), frames!, bytes!)]
    }),
  )
}

function decompress(
  bodyId: bigint,
  rawBytes: number,
  codec: number,
  framesField: Buffer,
  stored: Buffer,
): Uint8Array | Error {
  try {
    if (codec === codecNone) return stored
    if (codec !== codecZstd) throw new Error(`its codec ${codec} is unknown`)
    const frames = readInt4Array(framesField)
    const parts: Buffer[] = []
    let storedFrom = 0
    let rawFrom = 0
    for (let at = 0; at < frames.length; at += 3) {
      const [storedTo, rawTo] = [frames[at]!, frames[at + 1]!]
      if (rawTo > rawBytes) throw new Error('its table of frames contradicts itself')
      parts.push(
        zstdDecompressSync(stored.subarray(storedFrom, storedTo), decompressionOptions(rawTo - rawFrom)),
      )
      storedFrom = storedTo
      rawFrom = rawTo
    }
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    if (bytes.byteLength !== rawBytes) throw new Error('its length is not the one that was written')
    return bytes
  } catch (error) {
    return new Error(`body ${bodyId} cannot be decompressed`, { cause: error })
  }
}

function quoteDay(day: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError('not a day')
  return `date '${day}'`
}
