const initialBytes = 1024 * 1024

/** A batch rarely needs more; what one giant payload needed is given back. */
const maxKeptBytes = 16 * 1024 * 1024

/**
 * Rows in PostgreSQL's binary COPY format (docs: "Binary Format" of COPY), written field by field into one growing buffer.
 * A row can be left out again until the rows are handed to COPY.
 */
export class RowBuffer {
  #bytes = Buffer.allocUnsafeSlow(initialBytes)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  #rowStarts = new Int32Array(1024)
  #isDropped = new Uint8Array(1024)
  rowCount = 0
  droppedCount = 0

  clear(): void {
    if (this.#bytes.byteLength > maxKeptBytes) {
      this.#bytes = Buffer.allocUnsafeSlow(initialBytes)
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#at = 0
    this.rowCount = 0
    this.droppedCount = 0
  }

  /** Where the next field's length will be written. */
  get position(): number {
    return this.#at
  }

  /** Begins a row; `maxBytes` bounds what its fields will take. */
  beginRow(fieldCount: number, maxBytes: number): void {
    if (this.#at + maxBytes > this.#bytes.byteLength) this.#grow(this.#at + maxBytes)
    if (this.rowCount === this.#rowStarts.length) this.#growRows()
    this.#rowStarts[this.rowCount] = this.#at
    this.#isDropped[this.rowCount] = 0
    this.rowCount++
    this.#view.setInt16(this.#at, fieldCount)
    this.#at += 2
  }

  writeNull(): void {
    this.#view.setInt32(this.#at, -1)
    this.#at += 4
  }

  writeInt2(value: number): void {
    this.#view.setInt32(this.#at, 2)
    this.#view.setInt16(this.#at + 4, value)
    this.#at += 6
  }

  writeInt4(value: number): void {
    this.#view.setInt32(this.#at, 4)
    this.#view.setInt32(this.#at + 4, value)
    this.#at += 8
  }

  writeInt8(high: number, low: number): void {
    this.#view.setInt32(this.#at, 8)
    this.#view.setInt32(this.#at + 4, high)
    this.#view.setInt32(this.#at + 8, low)
    this.#at += 12
  }

  /** Copies bytes that are already as PostgreSQL wants them: a uuid, a big-endian integer. */
  writeBytes(source: Uint8Array, start: number, count: number): void {
    this.#view.setInt32(this.#at, count)
    this.#at += 4
    for (let i = 0; i < count; i++) this.#bytes[this.#at++] = source[start + i]!
  }

  /** Text without NUL and lone surrogates. */
  writeText(text: string): void {
    const written = this.#bytes.write(text, this.#at + 4)
    this.#view.setInt32(this.#at, written)
    this.#at += 4 + written
  }

  /** Puts the value of an int4 field, whose length was written at `position`, in place later. */
  patchInt4(position: number, value: number): void {
    this.#view.setInt32(position + 4, value)
  }

  /** The value of an int2 field, at its place in the row (behind its length). */
  readInt2(row: number, at: number): number {
    return this.#view.getInt16(this.#rowStarts[row]! + at)
  }

  /** Puts another value in an int2 field's place. */
  patchInt2(row: number, at: number, value: number): void {
    this.#view.setInt16(this.#rowStarts[row]! + at, value)
  }

  readInt4(row: number, at: number): number {
    return this.#view.getInt32(this.#rowStarts[row]! + at)
  }

  readInt8(row: number, at: number): bigint {
    return this.#view.getBigInt64(this.#rowStarts[row]! + at)
  }

  drop(row: number): void {
    if (this.#isDropped[row] === 1) return
    this.#isDropped[row] = 1
    this.droppedCount++
  }

  isDropped(row: number): boolean {
    return this.#isDropped[row] === 1
  }

  /** The rows that were not dropped, in as few pieces as there are. Valid until the next clear. */
  *pieces(): Generator<Buffer> {
    let from = -1
    for (let row = 0; row < this.rowCount; row++) {
      if (this.#isDropped[row] === 0) {
        if (from < 0) from = this.#rowStarts[row]!
      } else if (from >= 0) {
        yield this.#bytes.subarray(from, this.#rowStarts[row])
        from = -1
      }
    }
    if (from >= 0) yield this.#bytes.subarray(from, this.#at)
  }

  #grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, this.#bytes.byteLength * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  #growRows(): void {
    const rowStarts = new Int32Array(this.#rowStarts.length * 2)
    rowStarts.set(this.#rowStarts)
    this.#rowStarts = rowStarts
    const isDropped = new Uint8Array(rowStarts.length)
    isDropped.set(this.#isDropped)
    this.#isDropped = isDropped
  }
}
