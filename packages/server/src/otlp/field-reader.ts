import { readText } from './text.ts'
import { contentEnd, fixed32, readFixed64, skipField, varintEnd, varintLow, varintNumber } from './wire.ts'

/** Steps through the fields of one message. The methods read the value of the current field. */
export class FieldReader {
  /** Field number and wire type. */
  tag = 0
  /** The value; of a length-delimited field, its content. */
  start = 0
  end = 0
  readonly #bytes: Uint8Array
  readonly #messageEnd: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.end = start
    this.#messageEnd = end
  }

  /** @returns false behind the last field @throws MalformedProtobuf */
  next(): boolean {
    const bytes = this.#bytes
    const end = this.#messageEnd
    let at = this.end
    if (at >= end) return false
    const tagAt = at
    at = varintEnd(bytes, at, end)
    this.tag = varintNumber(bytes, tagAt)
    if ((this.tag & 7) === 2 && this.tag >= 8) {
      this.start = varintEnd(bytes, at, end)
      this.end = contentEnd(this.start, varintNumber(bytes, at), end)
    } else {
      this.start = at
      this.end = skipField(bytes, at, end, this.tag)
    }
    return true
  }

  text(): string {
    return readText(this.#bytes, this.start, this.end)
  }

  uint32(): number {
    return varintLow(this.#bytes, this.start) >>> 0
  }

  int32(): number {
    return varintLow(this.#bytes, this.start)
  }

  fixed32(): number {
    return fixed32(this.#bytes, this.start)
  }

  fixed64(): bigint {
    return readFixed64(this.#bytes, this.start)
  }
}
