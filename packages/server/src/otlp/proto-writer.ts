const encoder = new TextEncoder()

/** Writes protobuf into a buffer that grows. Nested messages are written first and get their length afterwards. */
export class ProtoWriter {
  bytes: Uint8Array
  length = 0

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity)
  }

  /** The bytes written so far, as a view. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Makes room for so many more bytes. */
  reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  varint(value: number): void {
    this.reserve(10)
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes[this.length++] = (rest & 0x7f) | 0x80
    this.bytes[this.length++] = rest
  }

  /** A 64-bit varint from its halves; only their bits count, not their sign. */
  varint64(high: number, low: number): void {
    this.reserve(10)
    let lower = low >>> 0
    let upper = high >>> 0
    while (upper > 0 || lower >= 0x80) {
      this.bytes[this.length++] = (lower & 0x7f) | 0x80
      lower = ((lower >>> 7) | (upper << 25)) >>> 0
      upper >>>= 7
    }
    this.bytes[this.length++] = lower
  }

  fixed32(value: number): void {
    this.reserve(4)
    for (let shift = 0; shift < 32; shift += 8) this.bytes[this.length++] = (value >>> shift) & 0xff
  }

  double(value: number): void {
    this.reserve(8)
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setFloat64(this.length, value, true)
    this.length += 8
  }

  /** Bytes without a tag or length. */
  raw(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  /** The bytes in [start, end) of the source. */
  copy(source: Uint8Array, start: number, end: number): void {
    if (end - start > 48) return this.raw(source.subarray(start, end))
    this.reserve(end - start)
    for (let at = start; at < end; at++) this.bytes[this.length++] = source[at]!
  }

  bytesField(tag: number, value: Uint8Array): void {
    this.varint(tag)
    this.varint(value.length)
    this.raw(value)
  }

  textField(tag: number, value: string): void {
    this.bytesField(tag, encoder.encode(value))
  }

  /** Starts a nested message. @returns what endMessage needs */
  beginMessage(tag: number): number {
    this.varint(tag)
    this.reserve(1)
    return this.length++
  }

  /** Puts the length in front of the message that began; one that is longer than 127 bytes is shifted to make room. */
  endMessage(begunAt: number): void {
    const size = this.length - begunAt - 1
    if (size < 0x80) {
      this.bytes[begunAt] = size
      return
    }
    const end = this.length
    this.varint(size)
    const extra = this.length - end - 1
    const prefix = this.bytes.slice(end, this.length)
    this.bytes.copyWithin(begunAt + 1 + extra, begunAt + 1, end)
    this.bytes.set(prefix, begunAt)
    this.length = end + extra
  }
}
