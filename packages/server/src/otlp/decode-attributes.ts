import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import { KeyValueReader, valueTypes } from './key-value.ts'
import { readText } from './text.ts'
import { contentEnd, MalformedProtobuf, maxNesting, skipField, varintEnd, varintNumber } from './wire.ts'

/**
 * Attributes in [start, end) of a KeyValue message, all levels deep. Keys that repeat are kept, in order; where one
 * value is asked for the last one counts.
 */
export function decodeAttribute(bytes: Uint8Array, start: number, end: number): Attribute {
  return decodeKeyValue(bytes, start, end, 0)
}

/** The value that `reader` has just read: an int64 is a bigint, bytes are a copy. */
export function decodeValue(bytes: Uint8Array, reader: KeyValueReader, depth = 0): AttributeValue {
  const { valueStart, valueEnd } = reader
  switch (reader.valueType) {
    case valueTypes.string:
      return readText(bytes, valueStart, valueEnd)
    case valueTypes.bool:
      return reader.boolValue
    case valueTypes.int:
      return (BigInt(reader.intHigh) << 32n) | BigInt(reader.intLow)
    case valueTypes.double:
      return reader.doubleValue
    case valueTypes.bytes:
      // Not slice: a Buffer would share its memory, and an attribute would keep a whole body.
      return new Uint8Array(bytes.subarray(valueStart, valueEnd))
    case valueTypes.array:
      return decodeArray(bytes, valueStart, valueEnd, depth)
    case valueTypes.kvlist:
      return { entries: decodeEntries(bytes, valueStart, valueEnd, depth) }
    default:
      return null
  }
}

function decodeKeyValue(bytes: Uint8Array, start: number, end: number, depth: number): Attribute {
  const reader = new KeyValueReader()
  reader.read(bytes, start, end)
  return { key: readText(bytes, reader.keyStart, reader.keyEnd), value: decodeValue(bytes, reader, depth) }
}

function decodeArray(bytes: Uint8Array, start: number, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  const reader = new KeyValueReader()
  forEachItem(bytes, start, end, depth, (itemStart, itemEnd) => {
    reader.readValue(bytes, itemStart, itemEnd)
    values.push(decodeValue(bytes, reader, depth + 1))
  })
  return values
}

function decodeEntries(bytes: Uint8Array, start: number, end: number, depth: number): Attribute[] {
  const entries: Attribute[] = []
  forEachItem(bytes, start, end, depth, (itemStart, itemEnd) => {
    entries.push(decodeKeyValue(bytes, itemStart, itemEnd, depth + 1))
  })
  return entries
}

/** Visits the `values` of an ArrayValue or KeyValueList: field 1 in both. */
function forEachItem(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  visit: (itemStart: number, itemEnd: number) => void,
): void {
  if (depth > maxNesting) throw new MalformedProtobuf(start, `values nest more than ${maxNesting} deep`)
  let at = start
  while (at < end) {
    const afterTag = varintEnd(bytes, at, end)
    const tag = varintNumber(bytes, at)
    if (tag === 0x0a) {
      const itemStart = varintEnd(bytes, afterTag, end)
      at = contentEnd(itemStart, varintNumber(bytes, afterTag), end)
      visit(itemStart, at)
    } else {
      at = skipField(bytes, afterTag, end, tag)
    }
  }
}
