import { FieldReader } from './field-reader.ts'
import { messages, requestSchema, type FieldSchema, type MessageSchema } from './otlp-schema.ts'
import { readBase64, readHex, readText } from './text.ts'
import {
  fixed32,
  MalformedProtobuf,
  maxNesting,
  readBool,
  readDouble,
  readFixed64,
  readInt64,
  varintLow,
} from './wire.ts'

/**
 * TracesData as OTLP JSON (OTLP specification, "JSON Protobuf Encoding"): ids in hex, enums as numbers, 64-bit integers
 * as strings, bytes in base64, NaN and infinities as strings. NUL and invalid UTF-8 read as U+FFFD, unknown fields are
 * left out; what the bytes do not mention is not mentioned here either. Merges as decodeSpan does.
 * @throws MalformedProtobuf
 */
export function tracesToJson(bytes: Uint8Array): string {
  const text = messageText(bytes, requestSchema, [0, bytes.length], 0)
  return text === '{}' ? '{"resourceSpans":[]}' : text
}

// Position in `fields` by tag, per message; -1 for tags that the message does not know.
const positions = messages.map((schema) => {
  const byTag = new Int8Array(256).fill(-1)
  schema.fields.forEach((field, position) => (byTag[field.tag] = position))
  return byTag
})

/** @param ranges start and end, in pairs, of the pieces of the message @param depth its nesting below the request */
function messageText(
  bytes: Uint8Array,
  schema: MessageSchema,
  ranges: readonly number[],
  depth: number,
): string {
  if (depth > maxNesting)
    throw new MalformedProtobuf(ranges[0]!, `messages nest more than ${maxNesting} deep`)
  const found = collectFields(bytes, schema, ranges)
  let text = ''
  for (let position = 0; position < found.length; position++) {
    const values = found[position]
    if (values === undefined) continue
    const field = schema.fields[position]!
    text += text === '' ? `{"${field.jsonName}":` : `,"${field.jsonName}":`
    if (!field.repeated) {
      text += field.message
        ? messageText(bytes, field.message, values, depth + 1)
        : scalarText(bytes, field, values[0]!, values[1]!)
      continue
    }
    for (let index = 0; index < values.length; index += 2) {
      text += index === 0 ? '[' : ','
      const start = values[index]!
      const end = values[index + 1]!
      text += field.message
        ? messageText(bytes, field.message, [start, end], depth + 1)
        : scalarText(bytes, field, start, end)
    }
    text += ']'
  }
  return text === '' ? '{}' : `${text}}`
}

/** Where each field's value is, as pairs of start and end: all of repeated fields, all pieces of messages, else the last. */
function collectFields(
  bytes: Uint8Array,
  schema: MessageSchema,
  ranges: readonly number[],
): readonly (number[] | undefined)[] {
  const byTag = positions[schema.index]!
  let found: (number[] | undefined)[] = []
  for (let range = 0; range < ranges.length; range += 2) {
    const reader = new FieldReader(bytes, ranges[range]!, ranges[range + 1]!)
    while (reader.next()) {
      const position = reader.tag < 256 ? byTag[reader.tag]! : -1
      if (position < 0) continue
      if (schema.isOneof) found = []
      const field = schema.fields[position]!
      const values = found[position]
      if (values !== undefined && (field.repeated || field.message)) values.push(reader.start, reader.end)
      else found[position] = [reader.start, reader.end]
    }
  }
  return found
}

function scalarText(bytes: Uint8Array, field: FieldSchema, start: number, end: number): string {
  switch (field.kind) {
    case 'string':
      return JSON.stringify(readText(bytes, start, end))
    case 'bytes':
      return `"${readBase64(bytes, start, end)}"`
    case 'id':
      return `"${readHex(bytes, start, end)}"`
    case 'fixed64':
      return `"${readFixed64(bytes, start)}"`
    case 'int64':
      return `"${readInt64(bytes, start)}"`
    case 'fixed32':
      return String(fixed32(bytes, start))
    case 'uint32':
      return String(varintLow(bytes, start) >>> 0)
    case 'bool':
      return String(readBool(bytes, start))
    case 'double':
      return doubleText(readDouble(bytes, start))
    default:
      return String(varintLow(bytes, start))
  }
}

/** The shortest decimal that reads back as the same double; JSON.stringify would lose the sign of -0. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  return Object.is(value, -0) ? '-0.0' : String(value)
}
