import type { Attribute } from '../trace/attributes.ts'
import type { Resource, Scope, Span, SpanEvent, SpanLink, SpanStatus } from '../trace/span.ts'
import { decodeAttribute } from './decode-attributes.ts'
import { FieldReader } from './field-reader.ts'
import type { SpanWalker } from './span-walker.ts'
import { readHex, readText } from './text.ts'

/** What decodeSpan made of the envelope of a walker's last span: many spans in a row share it. */
const envelopes = new WeakMap<SpanWalker, Envelope>()

interface Envelope {
  readonly bytes: Uint8Array
  readonly resourceAt: number
  readonly scopeAt: number
  readonly resource: Resource
  readonly scope: Scope
}

/**
 * Everything that OTLP says of the walker's current span. Merges as protobuf does: repeated fields add up, of others
 * the last one counts, and so field by field in a resource, scope or status that comes in several pieces. Text is
 * sanitised (readText); references into a string table read as empty.
 * @throws MalformedProtobuf
 */
export function decodeSpan(walker: SpanWalker): Span {
  const { bytes } = walker
  const { resource, scope } = envelopeOf(walker)
  let traceState = ''
  let status: SpanStatus = { code: 0, message: '' }
  let droppedAttributesCount = 0
  let droppedEventsCount = 0
  let droppedLinksCount = 0
  const events: SpanEvent[] = []
  const links: SpanLink[] = []
  const field = new FieldReader(bytes, walker.spanStart, walker.spanEnd)
  while (field.next()) {
    if (field.tag === 0x2a || field.tag === 0x4a) continue
    else if (field.tag === 0x1a) traceState = field.text()
    else if (field.tag === 0x50) droppedAttributesCount = field.uint32()
    else if (field.tag === 0x5a) events.push(decodeEvent(bytes, field.start, field.end))
    else if (field.tag === 0x60) droppedEventsCount = field.uint32()
    else if (field.tag === 0x6a) links.push(decodeLink(bytes, field.start, field.end))
    else if (field.tag === 0x70) droppedLinksCount = field.uint32()
    else if (field.tag === 0x7a) status = mergeStatus(status, bytes, field.start, field.end)
  }
  const attributes = new Array<Attribute>(walker.attributeCount)
  for (let index = 0; index < attributes.length; index++) {
    const start = walker.attributeRanges[2 * index]!
    attributes[index] = decodeAttribute(bytes, start, walker.attributeRanges[2 * index + 1]!)
  }
  const { traceIdAt, spanIdAt, parentSpanIdAt } = walker
  return {
    traceId: readHex(bytes, traceIdAt, traceIdAt + 16),
    spanId: readHex(bytes, spanIdAt, spanIdAt + 8),
    parentSpanId: parentSpanIdAt < 0 ? '' : readHex(bytes, parentSpanIdAt, parentSpanIdAt + 8),
    traceState,
    name: readText(bytes, walker.nameStart, walker.nameEnd),
    kind: walker.kind,
    startUnixNano: (BigInt(walker.startHigh) << 32n) | BigInt(walker.startLow),
    endUnixNano: (BigInt(walker.endHigh) << 32n) | BigInt(walker.endLow),
    attributes,
    droppedAttributesCount,
    events,
    droppedEventsCount,
    links,
    droppedLinksCount,
    status,
    flags: walker.flags,
    resource,
    scope,
  }
}

function envelopeOf(walker: SpanWalker): Envelope {
  const last = envelopes.get(walker)
  const { bytes, resourceSpansStart: resourceAt, scopeSpansStart: scopeAt } = walker
  const isSameResource = last?.bytes === bytes && last.resourceAt === resourceAt
  if (isSameResource && last.scopeAt === scopeAt) return last
  const resource = isSameResource ? last.resource : decodeResource(bytes, resourceAt, walker.resourceSpansEnd)
  const scope = decodeScope(bytes, scopeAt, walker.scopeSpansEnd)
  const envelope = { bytes, resourceAt, scopeAt, resource, scope }
  envelopes.set(walker, envelope)
  return envelope
}

function decodeResource(bytes: Uint8Array, start: number, end: number): Resource {
  const attributes: Attribute[] = []
  let droppedAttributesCount = 0
  let schemaUrl = ''
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag === 0x1a) schemaUrl = field.text()
    if (field.tag !== 0x0a) continue
    const inner = new FieldReader(bytes, field.start, field.end)
    while (inner.next()) {
      if (inner.tag === 0x0a) attributes.push(decodeAttribute(bytes, inner.start, inner.end))
      else if (inner.tag === 0x10) droppedAttributesCount = inner.uint32()
    }
  }
  return { attributes, droppedAttributesCount, schemaUrl }
}

function decodeScope(bytes: Uint8Array, start: number, end: number): Scope {
  const attributes: Attribute[] = []
  let droppedAttributesCount = 0
  let name = ''
  let version = ''
  let schemaUrl = ''
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag === 0x1a) schemaUrl = field.text()
    if (field.tag !== 0x0a) continue
    const inner = new FieldReader(bytes, field.start, field.end)
    while (inner.next()) {
      if (inner.tag === 0x0a) name = inner.text()
      else if (inner.tag === 0x12) version = inner.text()
      else if (inner.tag === 0x1a) attributes.push(decodeAttribute(bytes, inner.start, inner.end))
      else if (inner.tag === 0x20) droppedAttributesCount = inner.uint32()
    }
  }
  return { name, version, attributes, droppedAttributesCount, schemaUrl }
}

function decodeEvent(bytes: Uint8Array, start: number, end: number): SpanEvent {
  let timeUnixNano = 0n
  let name = ''
  const attributes: Attribute[] = []
  let droppedAttributesCount = 0
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag === 0x09) timeUnixNano = field.fixed64()
    else if (field.tag === 0x12) name = field.text()
    else if (field.tag === 0x1a) attributes.push(decodeAttribute(bytes, field.start, field.end))
    else if (field.tag === 0x20) droppedAttributesCount = field.uint32()
  }
  return { timeUnixNano, name, attributes, droppedAttributesCount }
}

/** Ids of links are not checked at the door, so they may have any length. */
function decodeLink(bytes: Uint8Array, start: number, end: number): SpanLink {
  let traceId = ''
  let spanId = ''
  let traceState = ''
  const attributes: Attribute[] = []
  let droppedAttributesCount = 0
  let flags = 0
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag === 0x0a) traceId = readHex(bytes, field.start, field.end)
    else if (field.tag === 0x12) spanId = readHex(bytes, field.start, field.end)
    else if (field.tag === 0x1a) traceState = field.text()
    else if (field.tag === 0x22) attributes.push(decodeAttribute(bytes, field.start, field.end))
    else if (field.tag === 0x28) droppedAttributesCount = field.uint32()
    else if (field.tag === 0x35) flags = field.fixed32()
  }
  return { traceId, spanId, traceState, attributes, droppedAttributesCount, flags }
}

function mergeStatus(earlier: SpanStatus, bytes: Uint8Array, start: number, end: number): SpanStatus {
  let { code, message } = earlier
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag === 0x12) message = field.text()
    else if (field.tag === 0x18) code = field.int32()
  }
  return { code, message }
}
