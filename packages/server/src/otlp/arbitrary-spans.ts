import fc, { type Arbitrary } from 'fast-check'
import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import type { Span, SpanEvent, SpanLink } from '../trace/span.ts'

// Any spans that OTLP can say, for property tests. Text is well formed and without NUL: those have tests of their own.

const record = <T>(fields: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true })

const text = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((value) => !value.includes('\0') && value.isWellFormed())
const uint32 = fc.nat({ max: 0xffffffff })
const time = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
const hex = (bytes: number): Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'))
const someBits = (id: string): boolean => !/^0*$/.test(id)

const { value: attributeValue } = fc.letrec<{ value: AttributeValue; attribute: Attribute }>((tie) => ({
  attribute: record({
    key: fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '')),
    value: tie('value'),
  }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    text,
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    record({ entries: fc.array(tie('attribute'), { maxLength: 4 }) }),
  ),
}))

const attribute: Arbitrary<Attribute> = record({
  key: fc.oneof(text, fc.constantFrom('__proto__', 'service.name', 'gen_ai.request.model')),
  value: attributeValue,
})
const attributes = fc.array(attribute, { maxLength: 6 })

const event: Arbitrary<SpanEvent> = record({
  timeUnixNano: time,
  name: text,
  attributes,
  droppedAttributesCount: uint32,
})

const link: Arbitrary<SpanLink> = record({
  traceId: fc.oneof(hex(16), hex(3), fc.constant('')),
  spanId: fc.oneof(hex(8), fc.constant('')),
  traceState: text,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
})

const resource = record({ attributes, droppedAttributesCount: uint32, schemaUrl: text })
const scope = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
})

const span: Arbitrary<Span> = record({
  traceId: hex(16).filter(someBits),
  spanId: hex(8).filter(someBits),
  parentSpanId: fc.oneof(fc.constant(''), hex(8).filter(someBits)),
  traceState: text,
  name: text,
  kind: fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(99, -1, 0x7fffffff, -0x80000000)),
  startUnixNano: time,
  endUnixNano: time,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 3 }),
  droppedLinksCount: uint32,
  status: record({ code: fc.constantFrom(0, 1, 2, 7, -3), message: text }),
  flags: uint32,
  resource,
  scope,
})

/** Up to eight spans, some of which share resource and scope with the one before. */
export const spans: Arbitrary<Span[]> = fc
  .array(fc.tuple(span, fc.constantFrom('own', 'same scope', 'same resource')), { maxLength: 8 })
  .map((drafts) => {
    const result: Span[] = []
    for (const [draft, envelope] of drafts) {
      const last = result.at(-1)
      if (last === undefined || envelope === 'own') result.push(draft)
      else if (envelope === 'same resource') result.push({ ...draft, resource: last.resource })
      else result.push({ ...draft, resource: last.resource, scope: last.scope })
    }
    return result
  })
