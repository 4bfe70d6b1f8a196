import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tracesToJson } from './json-output.ts'
import { decodeAll, spanJson, transcode } from './test-decode.ts'
import { concat, field, fromHex, ids, nestedArrays, requestOf, varintField } from './test-wire.ts'
import { MalformedProtobuf } from './wire.ts'

/** The JSON of a span's fields besides its ids. */
function spanText(...fields: readonly Uint8Array[]): string {
  const json = tracesToJson(requestOf(concat(ids, ...fields)))
  JSON.parse(json)
  return /^.*"spanId":"b7ad6b7169203331",?(.*)\}\]\}\]\}\]\}$/.exec(json)![1]!
}

const valueText = (value: Uint8Array): string => spanText(field(9, field(2, value)))

describe('OTLP JSON', () => {
  test('of nothing is a request without data', () => {
    assert.equal(tracesToJson(new Uint8Array(0)), '{"resourceSpans":[]}')
  })

  test('has hex ids, enums as numbers, 64-bit integers as strings', () => {
    const json = spanJson(
      '"parentSpanId":"0123456789abcdef","kind":3,"startTimeUnixNano":"18446744073709551615","droppedEventsCount":4294967295,"flags":257',
    )
    assert.equal(
      tracesToJson(transcode(json)),
      json.replace('0AF7651916cd43dd8448eb211c80319C', '0af7651916cd43dd8448eb211c80319c'),
    )
  })

  test('has doubles that JSON has no number for as strings, and keeps -0', () => {
    assert.equal(valueText(fromHex('21 000000000000f87f')), '"attributes":[{"value":{"doubleValue":"NaN"}}]')
    assert.equal(
      valueText(fromHex('21 000000000000f0ff')),
      '"attributes":[{"value":{"doubleValue":"-Infinity"}}]',
    )
    assert.equal(valueText(fromHex('21 0000000000000080')), '"attributes":[{"value":{"doubleValue":-0.0}}]')
  })

  test('has bytes in base64, and empty values of every kind', () => {
    const wrap = (text: string) => `"attributes":[{"value":${text}}]`
    assert.equal(valueText(field(7, fromHex('fbff'))), wrap('{"bytesValue":"+/8="}'))
    assert.equal(valueText(new Uint8Array(0)), wrap('{}'))
    assert.equal(valueText(field(1, '')), wrap('{"stringValue":""}'))
    assert.equal(valueText(field(5, '')), wrap('{"arrayValue":{}}'))
    assert.equal(valueText(varintField(3, 0)), wrap('{"intValue":"0"}'))
    assert.equal(valueText(varintField(2, 0)), wrap('{"boolValue":false}'))
  })

  test('keeps references to string tables and entities, and repeated scalars', () => {
    assert.equal(
      spanText(field(9, [varintField(3, 4), field(2, varintField(8, 5))])),
      '"attributes":[{"value":{"stringValueStrindex":5},"keyStrindex":4}]',
    )
    const resource = field(3, [
      field(1, 'url'),
      field(2, 'service'),
      field(3, 'a'),
      field(3, 'b'),
      field(4, 'c'),
    ])
    const json =
      '{"resourceSpans":[{"resource":{"entityRefs":[{"schemaUrl":"url","type":"service","idKeys":["a","b"],"descriptionKeys":["c"]}]}}]}'
    assert.equal(tracesToJson(field(1, field(1, resource))), json)
    assert.deepEqual(transcode(json), field(1, field(1, resource)))
  })

  test('replaces NUL and invalid UTF-8, and escapes what JSON must', () => {
    assert.equal(spanText(field(5, fromHex('61 00 c3 28 22 0a'))), '"name":"a\ufffd\ufffd(\\"\\n"')
  })

  test('merges pieces and collects repeated fields that stand apart', () => {
    const text = spanText(
      field(9, field(1, 'a')),
      field(15, [field(2, 'm'), varintField(3, 1)]),
      field(5, 'first'),
      field(9, field(1, 'b')),
      field(15, varintField(3, 2)),
      field(5, 'last'),
      field(900, 'unknown'),
    )
    assert.equal(
      text,
      '"name":"last","attributes":[{"key":"a"},{"key":"b"}],"status":{"message":"m","code":2}',
    )
  })

  test('of a value with several members has the last', () => {
    assert.equal(
      valueText(concat(field(1, 'a'), varintField(3, 7))),
      '"attributes":[{"value":{"intValue":"7"}}]',
    )
  })

  test('of bytes that were not inspected throws rather than to overflow the stack', () => {
    assert.throws(() => tracesToJson(requestOf(field(9, field(2, nestedArrays(5000))))), MalformedProtobuf)
  })

  test('escapes every control character so that it can be read back', () => {
    const name = Array.from({ length: 31 }, (_, code) => String.fromCharCode(code + 1)).join('')
    const json = tracesToJson(requestOf(concat(ids, field(5, name))))
    assert.equal(decodeAll(transcode(json))[0]!.name, name)
  })
})
