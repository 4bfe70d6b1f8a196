import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { traceIdHash } from '../trace/ids.ts'
import { inspectTraces } from './inspect.ts'
import { exampleSpan, encodeSpans } from './test-payload.ts'
import { concat, field, fromHex, ids, nestedArrays, requestOf, varint, varintField } from './test-wire.ts'

function refusal(bytes: Uint8Array): string {
  const inspection = inspectTraces(bytes)
  assert.equal(inspection.ok, false, 'the payload was accepted')
  return inspection.ok ? '' : inspection.message
}

function acceptance(bytes: Uint8Array) {
  const inspection = inspectTraces(bytes)
  assert.ok(inspection.ok, inspection.message)
  return inspection
}

describe('inspectTraces accepts', () => {
  test('an empty payload, and empty envelopes', () => {
    assert.equal(acceptance(new Uint8Array(0)).spanCount, 0)
    assert.equal(acceptance(field(1, '')).spanCount, 0)
    assert.equal(acceptance(field(1, [field(1, ''), field(2, '')])).spanCount, 0)
  })

  test('unknown fields of every wire type at every level', () => {
    const unknown = concat(
      varintField(900, 5),
      field(901, 'text'),
      fromHex('a1 38 0102030405060708'), // 900, fixed64
      fromHex('a5 38 01020304'), // 900, fixed32
      fromHex('a3 38 08 01 ab 38 ac 38 a4 38'), // group 900 holding a varint and an empty group 901
    )
    const attribute = field(9, [unknown, field(1, 'key'), field(2, [unknown, field(1, 'value')])])
    const span = concat(unknown, ids, attribute, field(11, unknown), field(13, unknown), field(15, unknown))
    const bytes = concat(
      unknown,
      field(1, [unknown, field(1, unknown), field(2, [field(1, unknown), field(2, span), unknown])]),
    )
    const inspection = acceptance(bytes)
    assert.equal(inspection.spanCount, 1)
    assert.equal(inspection.bytes, bytes)
  })

  test('varints longer than they need to be, in tags and lengths too', () => {
    const span = concat(fromHex('8a 80 00 90 80 80 00'), fromHex('0af7651916cd43dd8448eb211c80319c'), ids)
    assert.equal(acceptance(requestOf(span)).spanCount, 1)
    assert.equal(acceptance(requestOf(concat(ids, fromHex('30 83 80 80 80 80 80 80 80 80 00')))).spanCount, 1)
  })

  test('enum numbers that OTLP does not define, negative ones too', () => {
    const span = concat(
      ids,
      varintField(6, 99),
      fromHex('30 ff ff ff ff ff ff ff ff ff 01'),
      field(15, varintField(3, 7)),
    )
    assert.equal(acceptance(requestOf(span)).rejectedSpans, 0)
  })

  test('invalid UTF-8 in any text', () => {
    const span = concat(
      ids,
      field(3, fromHex('ff')),
      field(5, fromHex('c3 28')),
      field(9, [field(1, fromHex('80'))]),
    )
    assert.equal(acceptance(requestOf(span)).spanCount, 1)
  })

  test('links with ids of any length', () => {
    assert.equal(
      acceptance(requestOf(concat(ids, field(13, [field(1, 'short'), field(2, '')])))).spanCount,
      1,
    )
  })

  test('an all-zero parent, which is none', () => {
    assert.equal(acceptance(requestOf(concat(ids, field(4, new Uint8Array(8))))).rejectedSpans, 0)
  })

  test('a million attributes in one span', () => {
    const attributes = Buffer.alloc(2_000_000)
    for (let at = 0; at < attributes.length; at += 2) attributes[at] = 0x4a
    assert.equal(acceptance(requestOf(concat(ids, attributes))).spanCount, 1)
  })

  test('the last of several ids of one span, as protobuf does', () => {
    const bytes = requestOf(concat(field(1, 'short'), ids))
    const hash = traceIdHash(fromHex('0af7651916cd43dd8448eb211c80319c'), 0)
    assert.deepEqual(acceptance(bytes).traceHashes, [hash])
  })
})

describe('inspectTraces refuses', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['random bytes', fromHex('01 02 03'), /byte 1: a field number is out of range/],
    ['a varint that is cut off', requestOf(concat(ids, fromHex('30 ff'))), /a varint is cut off/],
    ['a tag that is cut off', requestOf(concat(ids, fromHex('ff'))), /a varint is cut off/],
    ['a missing length', requestOf(concat(ids, fromHex('2a'))), /a varint is cut off/],
    [
      'a varint of 11 bytes',
      requestOf(fromHex('30 80 80 80 80 80 80 80 80 80 80 01')),
      /longer than 10 bytes/,
    ],
    ['a varint of 65 bits', requestOf(fromHex('30 80 80 80 80 80 80 80 80 80 02')), /exceeds 64 bits/],
    ['a length beyond the payload', field(1, 'x', 1), /a length runs past the end of its message/],
    [
      'a length beyond its message',
      requestOf(concat(ids, field(9, field(1, 'key', 1)))),
      /a length runs past/,
    ],
    ['a length of 2^63', concat(fromHex('0a ff ff ff ff ff ff ff ff 7f')), /a length runs past/],
    ['a fixed64 that is cut off', requestOf(concat(ids, fromHex('39 01 02'))), /a fixed64 is cut off/],
    ['a fixed32 that is cut off', requestOf(concat(ids, fromHex('85 01 02'))), /a fixed32 is cut off/],
    ['field number 0', requestOf(concat(ids, fromHex('02 00'))), /a field number is out of range/],
    [
      'a field number beyond 2^29',
      requestOf(concat(ids, varint(2 ** 32), varint(0))),
      /field number is out of range/,
    ],
    [
      'a span name as a varint',
      requestOf(concat(ids, varintField(5, 1))),
      /Span\.name has wire type 0, not 2/,
    ],
    [
      'start times as varints',
      requestOf(concat(ids, varintField(7, 1))),
      /Span\.startTimeUnixNano has wire type 0, not 1/,
    ],
    ['a resource as a group', field(1, fromHex('0b 0c')), /ResourceSpans\.resource has wire type 3, not 2/],
    [
      'a double as a fixed32',
      requestOf(concat(ids, field(9, field(2, fromHex('25 00000000'))))),
      /AnyValue\.doubleValue/,
    ],
    ['wire type 6', requestOf(concat(ids, fromHex('f6 06'))), /wire type 6/],
    ['a group without its end', requestOf(concat(ids, fromHex('a3 06 08 01'))), /a group is cut off/],
    [
      'a group that another one ends',
      requestOf(concat(ids, fromHex('a3 06 ac 06'))),
      /ends with another field number/,
    ],
    ['the end of no group', requestOf(concat(ids, fromHex('a4 06'))), /a group ends that did not begin/],
    ['groups 10 000 deep', Buffer.alloc(10_000, 0x1b), /groups nest more than 100 deep/],
    [
      'a resource with values too deep',
      field(1, field(1, field(1, field(2, nestedArrays(60))))),
      /nest more than 100/,
    ],
  ]
  for (const [name, bytes, reason] of cases) {
    test(name, () => assert.match(refusal(bytes), reason))
  }

  test('and names the place but never content', () => {
    const message = refusal(requestOf(concat(ids, field(5, 'secret name'), field(9, field(1, 'secret', 1)))))
    assert.match(message, /^malformed protobuf: byte \d+: /)
    assert.doesNotMatch(message, /secret/)
  })
})

describe('inspectTraces rejects single spans', () => {
  const good = exampleSpan()
  const cases: [string, Uint8Array, RegExp][] = [
    ['without a trace_id', field(2, '12345678'), /1 with a trace_id that is not 16 bytes/],
    [
      'with a trace_id of 15 bytes',
      concat(field(1, Buffer.alloc(15, 1)), field(2, '12345678')),
      /a trace_id that is not 16/,
    ],
    [
      'with an all-zero trace_id',
      concat(field(1, Buffer.alloc(16)), field(2, '12345678')),
      /an all-zero trace_id/,
    ],
    ['without a span_id', field(1, Buffer.alloc(16, 1)), /a span_id that is not 8 bytes/],
    [
      'with an all-zero span_id',
      concat(field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8))),
      /an all-zero span_id/,
    ],
    [
      'with a parent_span_id of 7 bytes',
      concat(ids, field(4, '1234567')),
      /a parent_span_id that is neither empty nor 8/,
    ],
    [
      'with an id that a later one of wrong length replaces',
      concat(ids, field(1, '')),
      /a trace_id that is not 16/,
    ],
    [
      'with values 100 deep',
      concat(ids, field(9, field(2, nestedArrays(100)))),
      /nest more than 100 messages deep/,
    ],
    [
      'with values 10 000 deep',
      concat(ids, field(9, field(2, nestedArrays(10_000)))),
      /nest more than 100 messages deep/,
    ],
  ]
  for (const [name, span, reason] of cases) {
    test(name, () => {
      const bytes = concat(encodeSpans([good]), requestOf(span, ids), encodeSpans([good]))
      const inspection = acceptance(bytes)
      assert.equal(inspection.rejectedSpans, 1)
      assert.equal(inspection.spanCount, 3)
      assert.match(inspection.message, reason)
      assert.match(inspection.message, /^1 of 4 spans rejected: .*; the first is span 2 of the request$/)
      assert.deepEqual(inspection.bytes, concat(encodeSpans([good]), requestOf(ids), encodeSpans([good])))
    })
  }

  test('and counts every reason in one bounded message', () => {
    const spans = Array.from({ length: 1000 }, (_, index) =>
      index % 2 === 0 ? field(2, '12345678') : field(1, Buffer.alloc(16, 1)),
    )
    const inspection = acceptance(requestOf(...spans))
    assert.equal(inspection.spanCount, 0)
    assert.match(
      inspection.message,
      /^1000 of 1000 spans rejected: 500 with a trace_id .*, 500 with a span_id /,
    )
    assert.ok(inspection.message.length < 400)
    assert.deepEqual(inspection.traceHashes, [])
  })

  test('and keeps everything else as it came: unknown fields, envelopes, long lengths', () => {
    const unknown = field(900, 'kept')
    const scope = field(1, field(1, 'scope'))
    const long = concat(ids, field(5, 'x'.repeat(20_000)))
    const envelope = (...spans: Uint8Array[]): Uint8Array =>
      concat(
        unknown,
        field(1, [unknown, field(2, [scope, ...spans, unknown]), field(3, 'schema')]),
        field(1, ''),
      )
    const inspection = acceptance(envelope(field(2, long), field(2, ''), field(2, ids)))
    assert.deepEqual(inspection.bytes, envelope(field(2, long), field(2, ids)))
  })
})

test('values nest up to the depth that protobuf parsers read', () => {
  // ResourceSpans, ScopeSpans, Span, KeyValue, AnyValue: five levels, and two for each array.
  assert.equal(acceptance(requestOf(concat(ids, field(9, field(2, nestedArrays(47)))))).rejectedSpans, 0)
  assert.equal(acceptance(requestOf(concat(ids, field(9, field(2, nestedArrays(48)))))).rejectedSpans, 1)
})

test('a span with millions of values is rejected before it costs gigabytes as objects', () => {
  const attributes = Buffer.alloc(9_000_000)
  for (let at = 0; at < attributes.length; at += 2) attributes[at] = 0x4a
  const inspection = acceptance(requestOf(concat(ids, attributes), ids))
  assert.equal(inspection.spanCount, 1)
  assert.match(inspection.message, /1 with more than 4194304 attributes, values, events and links/)
})

test('bad spans are cut out wherever they stand', () => {
  const good = (name: string): Uint8Array => concat(ids, field(5, name))
  for (const pattern of ['b', 'bg', 'gb', 'bbgbgg', 'gbbbg', 'gbgbgb']) {
    const spans = [...pattern].map((kind, index) =>
      kind === 'b' ? field(5, 'no ids') : good(`span ${index}`),
    )
    const inspection = acceptance(requestOf(...spans))
    assert.deepEqual(
      inspection.bytes,
      requestOf(...spans.filter((_, index) => pattern[index] === 'g')),
      pattern,
    )
    assert.equal(inspection.rejectedSpans, pattern.replaceAll('g', '').length)
  }
})

test('millions of empty envelopes are fine', () => {
  const envelopes = Buffer.alloc(10_000_000)
  for (let at = 0; at < envelopes.length; at += 2) envelopes[at] = 0x0a
  assert.equal(acceptance(envelopes).spanCount, 0)
})

test('trace hashes are distinct, and in the order in which traces appear', () => {
  const [first, second] = ['1'.repeat(32), '2'.repeat(32)]
  const traceIds = [first, first, second, first, second]
  const bytes = encodeSpans(traceIds.map((traceId) => exampleSpan({ traceId })))
  const expected = [first, second].map((id) => traceIdHash(fromHex(id), 0))
  assert.deepEqual(acceptance(bytes).traceHashes, expected)
})
