import type { Attribute, AttributeMap, AttributeValue } from '../trace/attributes.ts'
import type { Resource, Scope, Span, SpanEvent, SpanLink } from '../trace/span.ts'
import { ProtoWriter } from './proto-writer.ts'

/**
 * Encodes spans as an ExportTraceServiceRequest, for tests: each span in a ResourceSpans and ScopeSpans of its own
 * unless the one before it has the same resource and scope objects. Plain and slow, and separate from the code that is
 * tested with it.
 */
export function encodeSpans(spans: readonly Span[]): Uint8Array {
  const writer = new ProtoWriter()
  for (let at = 0; at < spans.length;) {
    const { resource } = spans[at]!
    nested(writer, 1, (resourceSpans) => {
      nested(resourceSpans, 1, (out) => encodeResource(out, resource))
      while (at < spans.length && spans[at]!.resource === resource) {
        const { scope } = spans[at]!
        nested(resourceSpans, 2, (scopeSpans) => {
          nested(scopeSpans, 1, (out) => encodeScope(out, scope))
          for (; at < spans.length && spans[at]!.resource === resource && spans[at]!.scope === scope; at++) {
            const span = spans[at]!
            nested(scopeSpans, 2, (out) => encodeSpan(out, span))
          }
          text(scopeSpans, 3, scope.schemaUrl)
        })
      }
      text(resourceSpans, 3, resource.schemaUrl)
    })
  }
  return writer.finish().slice()
}

/** A span with two attributes, in a resource and scope that all such spans share. */
export function exampleSpan(fields: Partial<Span> = {}): Span {
  return { ...example, ...fields }
}

const example: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '',
  traceState: '',
  name: 'chat gpt-5',
  kind: 3,
  startUnixNano: 1_763_900_000_000_000_001n,
  endUnixNano: 1_763_900_001_250_000_000n,
  attributes: [
    { key: 'gen_ai.operation.name', value: 'chat' },
    { key: 'gen_ai.usage.input_tokens', value: 1200n },
  ],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 0, message: '' },
  flags: 0x101,
  resource: {
    attributes: [{ key: 'service.name', value: 'agent' }],
    droppedAttributesCount: 0,
    schemaUrl: '',
  },
  scope: { name: 'test', version: '1', attributes: [], droppedAttributesCount: 0, schemaUrl: '' },
}

function encodeSpan(out: ProtoWriter, span: Span): void {
  hex(out, 1, span.traceId)
  hex(out, 2, span.spanId)
  text(out, 3, span.traceState)
  hex(out, 4, span.parentSpanId)
  text(out, 5, span.name)
  integer(out, 6, BigInt(span.kind))
  fixed64(out, 7, span.startUnixNano)
  fixed64(out, 8, span.endUnixNano)
  for (const attribute of span.attributes) encodeAttribute(out, 9, attribute)
  integer(out, 10, BigInt(span.droppedAttributesCount))
  for (const event of span.events) nested(out, 11, (inner) => encodeEvent(inner, event))
  integer(out, 12, BigInt(span.droppedEventsCount))
  for (const link of span.links) nested(out, 13, (inner) => encodeLink(inner, link))
  integer(out, 14, BigInt(span.droppedLinksCount))
  const { code, message } = span.status
  nested(out, 15, (inner) => {
    text(inner, 2, message)
    integer(inner, 3, BigInt(code))
  })
  fixed32(out, 16, span.flags)
}

function encodeEvent(out: ProtoWriter, event: SpanEvent): void {
  fixed64(out, 1, event.timeUnixNano)
  text(out, 2, event.name)
  for (const attribute of event.attributes) encodeAttribute(out, 3, attribute)
  integer(out, 4, BigInt(event.droppedAttributesCount))
}

function encodeLink(out: ProtoWriter, link: SpanLink): void {
  hex(out, 1, link.traceId)
  hex(out, 2, link.spanId)
  text(out, 3, link.traceState)
  for (const attribute of link.attributes) encodeAttribute(out, 4, attribute)
  integer(out, 5, BigInt(link.droppedAttributesCount))
  fixed32(out, 6, link.flags)
}

function encodeResource(out: ProtoWriter, resource: Resource): void {
  for (const attribute of resource.attributes) encodeAttribute(out, 1, attribute)
  integer(out, 2, BigInt(resource.droppedAttributesCount))
}

function encodeScope(out: ProtoWriter, scope: Scope): void {
  text(out, 1, scope.name)
  text(out, 2, scope.version)
  for (const attribute of scope.attributes) encodeAttribute(out, 3, attribute)
  integer(out, 4, BigInt(scope.droppedAttributesCount))
}

function encodeAttribute(out: ProtoWriter, number: number, attribute: Attribute): void {
  nested(out, number, (keyValue) => {
    text(keyValue, 1, attribute.key)
    nested(keyValue, 2, (inner) => encodeValue(inner, attribute.value))
  })
}

function encodeValue(out: ProtoWriter, value: AttributeValue): void {
  if (value === null) return
  if (typeof value === 'string') out.textField(0x0a, value)
  else if (typeof value === 'boolean') field(out, 0x10, () => out.varint(value ? 1 : 0))
  else if (typeof value === 'bigint') field(out, 0x18, () => int64(out, value))
  else if (typeof value === 'number') field(out, 0x21, () => out.double(value))
  else if (value instanceof Uint8Array) out.bytesField(0x3a, value)
  else if (isMap(value))
    nested(out, 6, (list) => value.entries.forEach((entry) => encodeAttribute(list, 1, entry)))
  else nested(out, 5, (list) => value.forEach((each) => nested(list, 1, (inner) => encodeValue(inner, each))))
}

function isMap(value: AttributeMap | readonly AttributeValue[]): value is AttributeMap {
  return !Array.isArray(value)
}

/** Writes a length-delimited field, by number, for tests. */
export function nested(out: ProtoWriter, number: number, write: (inner: ProtoWriter) => void): void {
  const begun = out.beginMessage(number * 8 + 2)
  write(out)
  out.endMessage(begun)
}

function field(out: ProtoWriter, tag: number, write: () => void): void {
  out.varint(tag)
  write()
}

function text(out: ProtoWriter, number: number, value: string): void {
  if (value !== '') out.textField(number * 8 + 2, value)
}

function hex(out: ProtoWriter, number: number, digits: string): void {
  if (digits !== '') out.bytesField(number * 8 + 2, Uint8Array.from(Buffer.from(digits, 'hex')))
}

function integer(out: ProtoWriter, number: number, value: bigint): void {
  if (value !== 0n) field(out, number * 8, () => int64(out, value))
}

function int64(out: ProtoWriter, value: bigint): void {
  out.varint64(Number(BigInt.asUintN(32, value >> 32n)), Number(BigInt.asUintN(32, value)))
}

function fixed64(out: ProtoWriter, number: number, value: bigint): void {
  if (value === 0n) return
  out.varint(number * 8 + 1)
  out.fixed32(Number(value & 0xffffffffn))
  out.fixed32(Number(value >> 32n))
}

function fixed32(out: ProtoWriter, number: number, value: number): void {
  if (value === 0) return
  out.varint(number * 8 + 5)
  out.fixed32(value)
}
