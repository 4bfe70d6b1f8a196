import { ProtoWriter } from '../../otlp/proto-writer.ts'
import type { Attribute, AttributeMap, AttributeValue } from '../../trace/attributes.ts'
import type { Resource, Scope, Span, SpanEvent, SpanLink } from '../../trace/span.ts'

/**
 * Domain spans as an ExportTraceServiceRequest, written the way an SDK does: fields in order, defaults left out, spans
 * side by side that share resource and scope objects in one envelope. A character from U+DC80 to U+DCFF stands for the
 * byte 0x80 to 0xFF, so that a test can send text that is not UTF-8.
 */
export function encodeRequest(spans: readonly Span[]): Uint8Array {
  const out = new ProtoWriter()
  for (let from = 0; from < spans.length;) {
    const { resource } = spans[from]!
    let to = from
    while (to < spans.length && spans[to]!.resource === resource) to++
    const begun = out.beginMessage(0x0a)
    writeResource(out, resource)
    writeScopes(out, spans.slice(from, to))
    writeText(out, 0x1a, resource.schemaUrl)
    out.endMessage(begun)
    from = to
  }
  return out.finish().slice()
}

/** The Span message alone, as it stands in encodeRequest's output. */
export function encodeSpan(span: Span): Uint8Array {
  const out = new ProtoWriter()
  writeSpan(out, span)
  return out.finish().slice()
}

function writeScopes(out: ProtoWriter, spans: readonly Span[]): void {
  for (let from = 0; from < spans.length;) {
    const { scope } = spans[from]!
    const begun = out.beginMessage(0x12)
    writeScope(out, scope)
    for (; from < spans.length && spans[from]!.scope === scope; from++) {
      nest(out, 0x12, (inner) => writeSpan(inner, spans[from]!))
    }
    writeText(out, 0x1a, scope.schemaUrl)
    out.endMessage(begun)
  }
}

function writeResource(out: ProtoWriter, resource: Resource): void {
  nest(out, 0x0a, () => {
    for (const attribute of resource.attributes) writeAttribute(out, 0x0a, attribute)
    writeNumber(out, 0x10, resource.droppedAttributesCount)
  })
}

function writeScope(out: ProtoWriter, scope: Scope): void {
  nest(out, 0x0a, () => {
    writeText(out, 0x0a, scope.name)
    writeText(out, 0x12, scope.version)
    for (const attribute of scope.attributes) writeAttribute(out, 0x1a, attribute)
    writeNumber(out, 0x20, scope.droppedAttributesCount)
  })
}

function writeSpan(out: ProtoWriter, span: Span): void {
  writeHex(out, 0x0a, span.traceId)
  writeHex(out, 0x12, span.spanId)
  writeText(out, 0x1a, span.traceState)
  writeHex(out, 0x22, span.parentSpanId)
  writeText(out, 0x2a, span.name)
  writeNumber(out, 0x30, span.kind)
  writeTime(out, 0x39, span.startUnixNano)
  writeTime(out, 0x41, span.endUnixNano)
  for (const attribute of span.attributes) writeAttribute(out, 0x4a, attribute)
  writeNumber(out, 0x50, span.droppedAttributesCount)
  for (const event of span.events) nest(out, 0x5a, () => writeEvent(out, event))
  writeNumber(out, 0x60, span.droppedEventsCount)
  for (const link of span.links) nest(out, 0x6a, () => writeLink(out, link))
  writeNumber(out, 0x70, span.droppedLinksCount)
  nest(out, 0x7a, () => {
    writeText(out, 0x12, span.status.message)
    writeNumber(out, 0x18, span.status.code)
  })
  writeFixed32(out, 0x85, span.flags)
}

function writeEvent(out: ProtoWriter, event: SpanEvent): void {
  writeTime(out, 0x09, event.timeUnixNano)
  writeText(out, 0x12, event.name)
  for (const attribute of event.attributes) writeAttribute(out, 0x1a, attribute)
  writeNumber(out, 0x20, event.droppedAttributesCount)
}

function writeLink(out: ProtoWriter, link: SpanLink): void {
  writeHex(out, 0x0a, link.traceId)
  writeHex(out, 0x12, link.spanId)
  writeText(out, 0x1a, link.traceState)
  for (const attribute of link.attributes) writeAttribute(out, 0x22, attribute)
  writeNumber(out, 0x28, link.droppedAttributesCount)
  writeFixed32(out, 0x35, link.flags)
}

function writeAttribute(out: ProtoWriter, tag: number, attribute: Attribute): void {
  nest(out, tag, () => {
    writeText(out, 0x0a, attribute.key)
    nest(out, 0x12, () => writeValue(out, attribute.value))
  })
}

// A member of a oneof is written even when it has its default, or it would read as unset.
function writeValue(out: ProtoWriter, value: AttributeValue): void {
  if (value === null) return
  if (typeof value === 'string') out.bytesField(0x0a, encodeText(value))
  else if (typeof value === 'boolean') {
    out.varint(0x10)
    out.varint(value ? 1 : 0)
  } else if (typeof value === 'bigint') {
    out.varint(0x18)
    out.varint64(Number(BigInt.asIntN(32, value >> 32n)), Number(value & 0xffffffffn))
  } else if (typeof value === 'number') {
    out.varint(0x21)
    out.double(value)
  } else if (value instanceof Uint8Array) out.bytesField(0x3a, value)
  else if (isList(value)) {
    nest(out, 0x2a, () => {
      for (const item of value) nest(out, 0x0a, () => writeValue(out, item))
    })
  } else {
    nest(out, 0x32, () => {
      for (const entry of value.entries) writeAttribute(out, 0x0a, entry)
    })
  }
}

function isList(value: readonly AttributeValue[] | AttributeMap): value is readonly AttributeValue[] {
  return Array.isArray(value)
}

function nest(out: ProtoWriter, tag: number, write: (out: ProtoWriter) => void): void {
  const begun = out.beginMessage(tag)
  write(out)
  out.endMessage(begun)
}

function writeText(out: ProtoWriter, tag: number, text: string): void {
  if (text !== '') out.bytesField(tag, encodeText(text))
}

function encodeText(text: string): Uint8Array {
  const parts = text.split(/([\udc80-\udcff])/u)
  const isByte = (part: string): boolean => part.length === 1 && /[\udc80-\udcff]/u.test(part)
  return Buffer.concat(
    parts.map((part) => (isByte(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part))),
  )
}

function writeHex(out: ProtoWriter, tag: number, hex: string): void {
  if (hex !== '') out.bytesField(tag, Buffer.from(hex, 'hex'))
}

function writeNumber(out: ProtoWriter, tag: number, value: number): void {
  if (value === 0) return
  out.varint(tag)
  if (value < 0) out.varint64(-1, value)
  else out.varint(value)
}

function writeTime(out: ProtoWriter, tag: number, time: bigint): void {
  out.varint(tag)
  out.fixed32(Number(time & 0xffffffffn))
  out.fixed32(Number(time >> 32n))
}

function writeFixed32(out: ProtoWriter, tag: number, value: number): void {
  if (value === 0) return
  out.varint(tag)
  out.fixed32(value)
}
