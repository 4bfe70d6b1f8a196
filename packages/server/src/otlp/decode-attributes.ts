import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import { FieldReader } from './field-reader.ts'
import { KeyValueReader, valueTypes } from './key-value.ts'
import { readText } from './text.ts'
import { MalformedProtobuf, maxNesting } from './wire.ts'

/** One for all: what it has read is taken from it before the next message is read, also where values nest. */
const shared = new KeyValueReader()

/**
 * The attribute whose KeyValue message is in [start, end), all levels deep. Keys that repeat in a list are all kept, in
 * order; who asks for one value takes the last.
 * @throws MalformedProtobuf
 */
export function decodeAttribute(bytes: Uint8Array, start: number, end: number, depth = 0): Attribute {
  shared.read(bytes, start, end)
  const key = readText(bytes, shared.keyStart, shared.keyEnd)
  return { key, value: decodeValue(bytes, shared, depth) }
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
      return decodeArray(bytes, valueStart, valueEnd, depth + 1)
    case valueTypes.kvlist:
      return { entries: decodeEntries(bytes, valueStart, valueEnd, depth + 1) }
    default:
      return null
  }
}

function decodeArray(bytes: Uint8Array, start: number, end: number, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  const field = openList(bytes, start, end, depth)
  while (field.next()) {
    if (field.tag !== 0x0a) continue
    shared.readValue(bytes, field.start, field.end)
    values.push(decodeValue(bytes, shared, depth))
  }
  return values
}

function decodeEntries(bytes: Uint8Array, start: number, end: number, depth: number): Attribute[] {
  const entries: Attribute[] = []
  const field = openList(bytes, start, end, depth)
  while (field.next())
    if (field.tag === 0x0a) entries.push(decodeAttribute(bytes, field.start, field.end, depth))
  return entries
}

/** The fields of an ArrayValue or KeyValueList: `values` is field 1 in both. */
function openList(bytes: Uint8Array, start: number, end: number, depth: number): FieldReader {
  if (depth > maxNesting) throw new MalformedProtobuf(start, `values nest more than ${maxNesting} deep`)
  return new FieldReader(bytes, start, end)
}
