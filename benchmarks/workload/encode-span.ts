import { ProtobufWriter } from './protobuf-writer.ts'
import type { DraftAttributes, DraftValue, Instance, SpanDraft } from './span-draft.ts'

/** Where, in the bytes, the fields lie that differ each time a payload is sent. */
export interface SpanPlaces {
  traceId: number
  spanId: number
  /** −1: a root. */
  parentSpanId: number
  startTime: number
  endTime: number
  /** The time of its exception event; −1: none. */
  eventTime: number
}

export interface EncodedSpan {
  readonly bytes: Uint8Array
  readonly places: SpanPlaces
}

/** Encodes a Span message (opentelemetry-proto trace.proto) with its ids and times left zero. */
export function encodeSpan(span: SpanDraft): EncodedSpan {
  const writer = new ProtobufWriter()
  const traceId = writer.blankField(1, 16, false)
  const spanId = writer.blankField(2, 8, false)
  const parentSpanId = span.parent === undefined ? -1 : writer.blankField(4, 8, false)
  writer.stringField(5, span.name)
  writer.varintField(6, span.kind)
  const startTime = writer.blankField(7, 8, true)
  const endTime = writer.blankField(8, 8, true)
  writeAttributes(writer, 9, span.attributes)
  let eventTime = -1
  if (span.error !== undefined) {
    const error = span.error
    writeAttributes(writer, 9, [['error.type', error.type]])
    const event = new ProtobufWriter()
    const timeInEvent = event.blankField(1, 8, true)
    event.stringField(2, 'exception')
    writeAttributes(event, 3, [
      ['exception.type', error.type],
      ['exception.message', error.message],
      ['exception.stacktrace', error.stack],
    ])
    writer.bytesField(11, event.finish())
    eventTime = writer.length - event.length + timeInEvent
    const status = new ProtobufWriter()
    status.stringField(2, error.message)
    status.varintField(3, 2)
    writer.bytesField(15, status.finish())
  } else {
    writer.bytesField(15, new Uint8Array())
  }
  // Sampled, and the parent is known to be local (bits 0 and 8): what SDKs send.
  writer.fixed32Field(16, 0x101)
  return { bytes: writer.finish(), places: { traceId, spanId, parentSpanId, startTime, endTime, eventTime } }
}

export function encodeResource(instance: Instance): Uint8Array {
  const writer = new ProtobufWriter()
  writeAttributes(writer, 1, instance.attributes)
  return writer.finish()
}

export function encodeScope(name: string): Uint8Array {
  const writer = new ProtobufWriter()
  writer.stringField(1, name)
  writer.stringField(2, '1.4.2')
  return writer.finish()
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: DraftAttributes): void {
  for (const [key, value] of attributes) {
    const pair = new ProtobufWriter()
    pair.stringField(1, key)
    pair.bytesField(2, encodeValue(value))
    writer.bytesField(field, pair.finish())
  }
}

/** AnyValue of common.proto. */
function encodeValue(value: DraftValue): Uint8Array {
  const writer = new ProtobufWriter()
  if (typeof value === 'string') writer.stringField(1, value)
  else if (typeof value === 'boolean') writer.varintField(2, value ? 1 : 0)
  else if (typeof value === 'number') writer.varintField(3, value)
  else if ('double' in value) writer.doubleField(4, value.double)
  else {
    const array = new ProtobufWriter()
    for (const item of value) array.bytesField(1, encodeValue(item))
    writer.bytesField(5, array.finish())
  }
  return writer.finish()
}
