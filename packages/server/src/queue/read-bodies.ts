import type pg from 'pg'
import { zstdDecompressSync } from 'node:zlib'
import { toArrayLiteral } from '../postgres/array-literal.ts'
import { codecZstd } from './build-group.ts'

export interface BodyKey {
  readonly bodyId: bigint
  readonly arrivalDay: string
}

interface BodyRow {
  id: string
  raw_bytes: number
  codec: number
  frames: number[]
  bytes: Buffer
}

const readSql = `
select id, raw_bytes, codec, frames, bytes
from otel.body
where arrival_day = any($1::date[]) and id = any($2::bigint[])`

/**
 * Reads whole bodies, uncompressed.
 * @returns the bytes by body id; a body that is not there is missing from the map, one that cannot be decompressed is an Error
 */
export async function readBodies(
  client: pg.ClientBase,
  bodies: readonly BodyKey[],
): Promise<Map<bigint, Uint8Array | Error>> {
  const days = [...new Set(bodies.map((body) => body.arrivalDay))]
  const result = await client.query<BodyRow>({
    name: 'read-bodies',
    text: readSql,
    values: [`{${days.join(',')}}`, toArrayLiteral(bodies.map((body) => body.bodyId))],
  })
  return new Map(result.rows.map((row) => [BigInt(row.id), decompress(row)]))
}

function decompress(row: BodyRow): Uint8Array | Error {
  try {
    if (row.codec !== codecZstd) return row.bytes
    const parts: Buffer[] = []
    let storedFrom = 0
    let rawFrom = 0
    for (let at = 0; at < row.frames.length; at += 3) {
      const [storedTo, rawTo] = [row.frames[at]!, row.frames[at + 1]!]
      const frame = row.bytes.subarray(storedFrom, storedTo)
      parts.push(zstdDecompressSync(frame, { maxOutputLength: Math.max(1, rawTo - rawFrom) }))
      storedFrom = storedTo
      rawFrom = rawTo
    }
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    if (bytes.byteLength !== row.raw_bytes) throw new Error('its length is not the one that was written')
    return bytes
  } catch (error) {
    return new Error(`body ${row.id} cannot be decompressed`, { cause: error })
  }
}
