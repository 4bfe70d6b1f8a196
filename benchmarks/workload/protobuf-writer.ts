/** Appends protobuf fields to a growing buffer. Only what OTLP traces need; lengths are written once they are known. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(128)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  varintField(field: number, value: number): void {
    this.varint(field * 8)
    this.varint(value)
  }

  fixed32Field(field: number, value: number): void {
    this.varint(field * 8 + 5)
    this.#reserve(4)
    this.#length = this.#bytes.writeUInt32LE(value, this.#length)
  }

  doubleField(field: number, value: number): void {
    this.varint(field * 8 + 1)
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  stringField(field: number, value: string): void {
    this.bytesField(field, Buffer.from(value))
  }

  bytesField(field: number, value: Uint8Array): void {
    this.varint(field * 8 + 2)
    this.varint(value.length)
    this.raw(value)
  }

  /** Room for `size` bytes of wire type 1 (size 8) or 2, left zero. @returns where they begin */
  blankField(field: number, size: number, fixed: boolean): number {
    this.varint(field * 8 + (fixed ? 1 : 2))
    if (!fixed) this.varint(size)
    const at = this.#length
    this.raw(new Uint8Array(size))
    return at
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
