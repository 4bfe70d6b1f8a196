import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SpanWalker } from './span-walker.ts'
import { decodeAll } from './test-decode.ts'
import { encodeSpans, exampleSpan } from './test-payload.ts'
import { concat, field, fromHex, ids, requestOf, varintField } from './test-wire.ts'
import { MalformedProtobuf } from './wire.ts'

function walk(bytes: Uint8Array): SpanWalker {
  const walker = new SpanWalker()
  walker.reset(bytes)
  return walker
}

function serviceName(...resources: readonly Uint8Array[]): string {
  const walker = walk(field(1, [field(2, field(2, ids)), ...resources.map((resource) => field(1, resource))]))
  assert.ok(walker.next())
  return walker.serviceName
}

const named = (value: Uint8Array): Uint8Array => field(1, [field(1, 'service.name'), field(2, value)])

describe('the service name', () => {
  test('is known though the resource stands behind its spans', () => {
    assert.equal(serviceName(named(field(1, 'checkout'))), 'checkout')
  })

  test('is empty without a resource, without the attribute, and without a value', () => {
    assert.equal(serviceName(), '')
    assert.equal(serviceName(field(1, [field(1, 'host.name'), field(2, field(1, 'h'))])), '')
    assert.equal(serviceName(named(new Uint8Array(0))), '')
    assert.equal(serviceName(field(1, field(1, 'service.name'))), '')
  })

  test('is text whatever its type', () => {
    assert.equal(serviceName(named(varintField(3, 42))), '42')
    assert.equal(serviceName(named(varintField(2, 1))), 'true')
    assert.equal(serviceName(named(fromHex('21 0000 0000 0000 f87f'))), 'NaN')
    assert.equal(serviceName(named(field(7, fromHex('ff')))), '/w==')
    assert.equal(serviceName(named(field(5, [field(1, field(1, 'a')), field(1, '')]))), '["a",null]')
    assert.equal(
      serviceName(named(field(6, field(1, [field(1, '__proto__'), field(2, varintField(3, 1))])))),
      '{"__proto__":1}',
    )
  })

  test('has no NUL and no invalid UTF-8', () => {
    assert.equal(serviceName(named(field(1, fromHex('61 00 ff 62')))), 'a\ufffd\ufffdb')
  })

  test('is the last one where it comes twice, also in another piece of the resource', () => {
    assert.equal(serviceName(concat(named(field(1, 'a')), named(field(1, 'b')))), 'b')
    assert.equal(
      serviceName(named(field(1, 'a')), varintField(2, 1), named(field(1, 'b')), field(1, '')),
      'b',
    )
  })

  test('changes with the resource', () => {
    const resource = (name: string) => ({
      attributes: [{ key: 'service.name', value: name }],
      droppedAttributesCount: 0,
      schemaUrl: '',
    })
    const [a, b] = [resource('a'), resource('b')]
    const spans = [a, a, b].map((each) => exampleSpan({ resource: each }))
    const walker = walk(concat(encodeSpans(spans), encodeSpans([exampleSpan()])))
    const seen: unknown[] = []
    while (walker.next()) seen.push([walker.spanIndex, walker.resourceIndex, walker.serviceName])
    assert.deepEqual(seen, [
      [0, 0, 'a'],
      [1, 0, 'a'],
      [2, 1, 'b'],
      [3, 2, 'agent'],
    ])
  })
})

describe('protobuf merges', () => {
  test('a status in pieces, field by field', () => {
    const span = concat(
      ids,
      field(15, [field(2, 'first'), varintField(3, 2)]),
      field(15, field(2, 'second')),
      field(15, ''),
    )
    const walker = walk(requestOf(span))
    assert.ok(walker.next())
    assert.equal(walker.statusCode, 2)
    assert.deepEqual(decodeAll(requestOf(span))[0]!.status, { code: 2, message: 'second' })
  })

  test('a resource and a scope in pieces', () => {
    const bytes = field(1, [
      field(1, [field(1, field(1, 'a')), varintField(2, 1)]),
      field(2, [
        field(1, [field(1, 'name'), field(3, field(1, 'x'))]),
        field(2, ids),
        field(1, [field(2, 'v'), field(3, field(1, 'y'))]),
      ]),
      field(1, [field(1, field(1, 'b')), varintField(2, 2)]),
    ])
    const [span] = decodeAll(bytes)
    assert.deepEqual(
      span!.resource.attributes.map(({ key }) => key),
      ['a', 'b'],
    )
    assert.equal(span!.resource.droppedAttributesCount, 2)
    assert.equal(span!.scope.name + span!.scope.version, 'namev')
    assert.deepEqual(
      span!.scope.attributes.map(({ key }) => key),
      ['x', 'y'],
    )
  })

  test('of other fields the last one counts', () => {
    const span = concat(
      ids,
      field(5, 'a'),
      varintField(6, 1),
      field(4, '12345678'),
      field(5, 'b'),
      varintField(6, 2),
      field(4, ''),
    )
    const [decoded] = decodeAll(requestOf(span))
    assert.equal(decoded!.name, 'b')
    assert.equal(decoded!.kind, 2)
    assert.equal(decoded!.parentSpanId, '')
  })

  test('of a value the last member counts, also in another piece', () => {
    const value = (...pieces: Uint8Array[]) => {
      const attribute = field(9, [field(1, 'k'), ...pieces.map((piece) => field(2, piece))])
      return decodeAll(requestOf(concat(ids, attribute)))[0]!.attributes[0]!.value
    }
    assert.equal(value(concat(field(1, 'a'), varintField(3, 7))), 7n)
    assert.equal(value(field(1, 'a'), field(900, 'x'), new Uint8Array(0)), 'a')
    assert.equal(value(varintField(3, 7), field(1, 'a')), 'a')
    assert.equal(
      value(concat(field(1, 'a'), varintField(8, 3))),
      null,
      'a reference into a string table is no value',
    )
    assert.equal(value(concat(varintField(8, 3), field(1, 'a'))), 'a')
  })
})

test('an all-zero parent is none', () => {
  const walker = walk(requestOf(concat(ids, field(4, new Uint8Array(8)))))
  assert.ok(walker.next())
  assert.equal(walker.parentSpanIdAt, -1)
})

test('times up to 2^64-1 and int64 attributes keep every bit', () => {
  const span = exampleSpan({
    startUnixNano: 0n,
    endUnixNano: 2n ** 64n - 1n,
    attributes: [-(2n ** 63n), 2n ** 63n - 1n, -1n].map((value) => ({ key: 'k', value })),
  })
  assert.deepEqual(decodeAll(encodeSpans([span])), [span])
})

test('a span may have more attributes than the walker had room for', () => {
  const attributes = Array.from({ length: 1000 }, (_, index) => ({
    key: `key ${index}`,
    value: BigInt(index),
  }))
  const spans = [exampleSpan({ attributes }), exampleSpan()]
  assert.deepEqual(decodeAll(encodeSpans(spans)), spans)
})

test('bytes of attributes are copies, so that a span does not keep a whole body alive', () => {
  const bytes = Buffer.from(
    encodeSpans([exampleSpan({ attributes: [{ key: 'k', value: Uint8Array.of(1, 2, 3) }] })]),
  )
  const [span] = decodeAll(bytes)
  bytes.fill(0)
  assert.deepEqual(span!.attributes[0]!.value, Uint8Array.of(1, 2, 3))
})

test('bytes that were not inspected throw, and never yield a span without ids', () => {
  for (const bytes of [
    requestOf(field(5, 'no ids')),
    requestOf(field(1, 'short')),
    field(1, 'x', 5),
    fromHex('0a'),
  ]) {
    assert.throws(() => decodeAll(bytes), MalformedProtobuf)
  }
})
