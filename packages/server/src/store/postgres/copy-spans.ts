import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { finished } from 'node:stream/promises'
import type { RowBuffer } from './row-buffer.ts'
import { spanColumns } from './span-row.ts'

// "PGCOPY\n\xff\r\n\0", no flags, no header extension; a row count of -1 ends the data (docs: COPY, Binary Format).
const header = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex')
const trailer = Buffer.from([0xff, 0xff])

const copySql = `copy otel.span_row (${spanColumns.join(', ')}) from stdin (format binary)`

/** Copies the rows that were not dropped into otel.span_row. */
export async function copySpans(transaction: pg.ClientBase, rows: RowBuffer): Promise<void> {
  if (rows.rowCount === rows.droppedCount) return
  const stream = transaction.query(copyFrom(copySql))
  stream.write(header)
  for (const piece of rows.pieces()) stream.write(piece)
  stream.end(trailer)
  await finished(stream)
}
