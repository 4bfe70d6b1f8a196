import {
  contentEnd,
  fixedEnd,
  readBool,
  readDouble,
  skipField,
  varintEnd,
  varintHigh,
  varintLow,
  varintNumber,
} from './wire.ts'

/** Which member of AnyValue's oneof is set (common.proto). */
export const valueTypes = {
  empty: 0,
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  kvlist: 6,
  bytes: 7,
} as const
export type ValueType = (typeof valueTypes)[keyof typeof valueTypes]

/**
 * Reads KeyValue and AnyValue messages one after another without allocating; each read overwrites the fields. Of the
 * oneof the last member on the wire wins. References into a string table (profiling only) are kept apart and leave key
 * and value empty, as common.proto asks.
 */
export class KeyValueReader {
  keyStart = 0
  keyEnd = 0
  keyStrindex = 0
  valueType: ValueType = valueTypes.empty
  /** Content of a string, bytes, ArrayValue or KeyValueList. */
  valueStart = 0
  valueEnd = 0
  intHigh = 0
  /** The lower half of an int64; unsigned, whereas `intHigh` carries the sign. */
  intLow = 0
  doubleValue = 0
  boolValue = false
  /** AnyValue.string_value_strindex, where that is the member that is set: valueType is then empty. */
  valueStrindex: number | undefined = undefined

  /** Reads the KeyValue in [start, end). @throws MalformedProtobuf */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.keyStart = this.keyEnd = start
    this.keyStrindex = 0
    this.#clearValue(start)
    let at = start
    while (at < end) {
      const tagAt = at
      at = varintEnd(bytes, at, end)
      const tag = varintNumber(bytes, tagAt)
      if (tag === 0x0a || tag === 0x12) {
        const lengthAt = at
        at = varintEnd(bytes, at, end)
        const fieldEnd = contentEnd(at, varintNumber(bytes, lengthAt), end)
        if (tag === 0x0a) {
          this.keyStart = at
          this.keyEnd = fieldEnd
        } else {
          this.#mergeValue(bytes, at, fieldEnd)
        }
        at = fieldEnd
      } else {
        if (tag === 0x18) this.keyStrindex = varintLow(bytes, at)
        at = skipField(bytes, at, end, tag)
      }
    }
  }

  /** Reads the AnyValue in [start, end), an element of an array. @throws MalformedProtobuf */
  readValue(bytes: Uint8Array, start: number, end: number): void {
    this.#clearValue(start)
    this.#mergeValue(bytes, start, end)
  }

  #clearValue(at: number): void {
    this.valueType = valueTypes.empty
    this.valueStart = this.valueEnd = at
    this.valueStrindex = undefined
  }

  #mergeValue(bytes: Uint8Array, start: number, end: number): void {
    let at = start
    while (at < end) {
      const tagAt = at
      at = varintEnd(bytes, at, end)
      const tag = varintNumber(bytes, tagAt)
      switch (tag) {
        case 0x0a:
        case 0x2a:
        case 0x32:
        case 0x3a: {
          const lengthAt = at
          at = varintEnd(bytes, at, end)
          this.valueType = (tag >>> 3) as ValueType
          this.valueStart = at
          at = this.valueEnd = contentEnd(at, varintNumber(bytes, lengthAt), end)
          break
        }
        case 0x10: {
          const next = varintEnd(bytes, at, end)
          this.valueType = valueTypes.bool
          this.boolValue = readBool(bytes, at)
          at = next
          break
        }
        case 0x18: {
          const next = varintEnd(bytes, at, end)
          this.valueType = valueTypes.int
          this.intLow = varintLow(bytes, at) >>> 0
          this.intHigh = varintHigh(bytes, at)
          at = next
          break
        }
        case 0x21: {
          const next = fixedEnd(at, 8, end)
          this.valueType = valueTypes.double
          this.doubleValue = readDouble(bytes, at)
          at = next
          break
        }
        case 0x40: {
          const next = varintEnd(bytes, at, end)
          this.#clearValue(at)
          this.valueStrindex = varintLow(bytes, at)
          at = next
          break
        }
        default:
          at = skipField(bytes, at, end, tag)
      }
    }
  }
}
