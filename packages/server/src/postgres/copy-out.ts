import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'

// 11 bytes of signature, flags, and the length of a header extension, which there never is (docs: COPY, Binary Format).
const headerBytes = 19

/**
 * Runs `copy (…) to stdout (format binary)` and returns its rows: per field the value's bytes as PostgreSQL's binary
 * format has them, or null. The driver's own results are text: a bytea of 1 MB comes as 2 MB of hexadecimal digits.
 * @param select a query without parameters; what is put into it has to be numbers
 */
export async function copyOut(client: pg.ClientBase, select: string): Promise<(Buffer | null)[][]> {
  const chunks: Buffer[] = []
  for await (const chunk of client.query(copyTo(`copy (${select}) to stdout (format binary)`))) {
    chunks.push(chunk as Buffer)
  }
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  const rows: (Buffer | null)[][] = []
  let at = headerBytes
  for (;;) {
    const fieldCount = bytes.readInt16BE(at)
    at += 2
    if (fieldCount < 0) return rows
    const row: (Buffer | null)[] = []
    for (let field = 0; field < fieldCount; field++) {
      const length = bytes.readInt32BE(at)
      at += 4
      row.push(length < 0 ? null : bytes.subarray(at, at + length))
      at += Math.max(0, length)
    }
    rows.push(row)
  }
}

/** An int4[] without nulls, in binary: dimensions, flags, element type, then per dimension its size and first index. */
export function readInt4Array(field: Buffer): number[] {
  const values: number[] = []
  if (field.readInt32BE(0) === 0) return values
  const count = field.readInt32BE(12)
  for (let index = 0; index < count; index++) values.push(field.readInt32BE(20 + index * 8 + 4))
  return values
}
