import fc from 'fast-check'
import type { Attribute, AttributeValue } from '../../trace/attributes.ts'
import type { Resource, Scope, Span, SpanEvent, SpanLink } from '../../trace/span.ts'

// Objects with the usual prototype, as the decoder makes them.
function record<T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true })
}

// Text that is stored as it came: NUL is the one character of well-formed text that is replaced.
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', ''))
const uint32 = fc.nat(0xffffffff)
const time = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })

const hexId = (bytes: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => Buffer.from(id).toString('hex'))

const { attribute } = fc.letrec<{ attribute: Attribute; value: AttributeValue }>((tie) => ({
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
    fc.uint8Array({ maxLength: 12 }),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    record({ entries: fc.array(tie('attribute'), { maxLength: 4 }) }),
  ),
}))

const attributes = fc.array(attribute, { maxLength: 5 })

const resource: fc.Arbitrary<Resource> = record({
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
})

const scope: fc.Arbitrary<Scope> = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
})

const event: fc.Arbitrary<SpanEvent> = record({
  timeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  name: text,
  attributes,
  droppedAttributesCount: uint32,
})

const link: fc.Arbitrary<SpanLink> = record({
  traceId: hexId(16),
  spanId: hexId(8),
  traceState: text,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
})

const span: fc.Arbitrary<Span> = record({
  traceId: fc.constant(''),
  spanId: hexId(8),
  parentSpanId: fc.oneof(fc.constant(''), hexId(8)),
  traceState: text,
  name: text,
  kind: fc.oneof(fc.nat(5), fc.integer()),
  startUnixNano: time,
  endUnixNano: time,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 3 }),
  droppedLinksCount: uint32,
  status: record({ code: fc.oneof(fc.nat(2), fc.integer()), message: text }),
  flags: uint32,
  resource,
  scope,
})

/** 1 to 12 spans, no two with one id; whose trace they are is for the test to say. */
export const arbitrarySpans: fc.Arbitrary<readonly Span[]> = fc
  .tuple(
    fc.uniqueArray(span, { minLength: 1, maxLength: 12, selector: ({ spanId }) => spanId }),
    fc.boolean(),
  )
  .map(([spans, shareEnvelope]) => {
    const { resource, scope } = spans[0]!
    return spans.map((one) => (shareEnvelope ? { ...one, resource, scope } : one))
  })
