import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { spanFromJson, spanJson, spanRefusal, valueFromJson } from './test-decode.ts'

describe('integers', () => {
  test('of 64 bits are exact, as numbers and as strings', () => {
    const times: [string, bigint][] = [
      ['1689969302000000001', 1689969302000000001n],
      ['"1689969302000000001"', 1689969302000000001n],
      ['18446744073709551615', 2n ** 64n - 1n],
      ['"0"', 0n],
      ['-0', 0n],
      ['1e3', 1000n],
      ['"1.0"', 1n],
      ['1.50e1', 15n],
      ['0.000e99999999999', 0n],
      ['1844674407370955161.5e1', 2n ** 64n - 1n],
      ['10000000000e-10', 1n],
      ['"\\u0031"', 1n],
    ]
    for (const [json, time] of times)
      assert.equal(spanFromJson(`"startTimeUnixNano":${json}`).startUnixNano, time, json)
    for (const value of [
      0n,
      -1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      999999999999999n,
      1000000000000000n,
      -4294967296n,
    ]) {
      assert.equal(valueFromJson(`{"intValue":${value}}`), value)
      assert.equal(valueFromJson(`{"intValue":"${value}"}`), value)
    }
  })

  test('out of range, with a fraction, or no numbers at all cost their span', () => {
    const path =
      /^\$\.resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.\w+: (the integer is out of range|expected an integer)$/
    const times = [
      '18446744073709551616',
      '-1',
      '1e20',
      '1e999999999999',
      '1.5',
      '""',
      '"x"',
      '"1 "',
      '"+1"',
      '"0x1"',
      '"007"',
      '{}',
    ]
    for (const time of times) assert.match(spanRefusal(spanJson(`"startTimeUnixNano":${time}`)), path, time)
    for (const count of ['4294967296', '-1']) assert.match(spanRefusal(spanJson(`"flags":${count}`)), path)
    for (const kind of ['2147483648', '-2147483649', '1.5'])
      assert.match(spanRefusal(spanJson(`"kind":${kind}`)), path)
    for (const value of ['9223372036854775808', '"-9223372036854775809"']) {
      assert.match(
        spanRefusal(spanJson(`"attributes":[{"value":{"intValue":${value}}}]`)),
        /intValue: the integer is out of range$/,
      )
    }
    assert.match(spanRefusal(spanJson(`"droppedLinksCount":${'9'.repeat(100_000)}e-99999`)), path)
  })

  test('of enums may be unknown numbers, or names as the Collector takes them', () => {
    assert.equal(spanFromJson('"kind":99').kind, 99)
    assert.equal(spanFromJson('"kind":-2147483648').kind, -(2 ** 31))
    assert.equal(spanFromJson('"kind":"SPAN_KIND_CLIENT"').kind, 3)
    assert.equal(spanFromJson('"kind":"2"').kind, 2)
    assert.deepEqual(spanFromJson('"status":{"code":"STATUS_CODE_ERROR","message":"m"}').status, {
      code: 2,
      message: 'm',
    })
  })

  test('of 32 bits keep their upper bit', () => {
    assert.equal(spanFromJson('"flags":4294967295').flags, 0xffffffff)
    assert.equal(spanFromJson('"droppedAttributesCount":4294967295').droppedAttributesCount, 0xffffffff)
  })
})

describe('values of attributes', () => {
  test('doubles are numbers, strings, NaN and infinities', () => {
    const cases: [string, number][] = [
      ['1.5', 1.5],
      ['"1.5e-3"', 0.0015],
      ['-0.0', -0],
      ['7', 7],
      ['"NaN"', Number.NaN],
      ['"nan"', Number.NaN],
      ['"Infinity"', Infinity],
      ['"-Infinity"', -Infinity],
      ['5e-324', 5e-324],
    ]
    for (const [json, value] of cases)
      assert.ok(Object.is(valueFromJson(`{"doubleValue":${json}}`), value), json)
    for (const json of ['1e400', '""', '"1,5"', '"-"', '"0x10"', '" 1"', '[]']) {
      assert.match(
        spanRefusal(spanJson(`"attributes":[{"value":{"doubleValue":${json}}}]`)),
        /doubleValue: /,
        json,
      )
    }
  })

  test('a null double, which is how JavaScript writes NaN, is an empty value', () => {
    assert.equal(valueFromJson('{"doubleValue":null}'), null)
    assert.equal(valueFromJson('{}'), null)
    assert.equal(valueFromJson('null'), null)
    assert.equal(valueFromJson('{"futureValue":{"x":1}}'), null)
  })

  test('of two kinds, the last one counts', () => {
    assert.equal(valueFromJson('{"stringValue":"a","intValue":7}'), 7n)
    assert.equal(valueFromJson('{"stringValue":"a","intValue":7,"stringValue":"b"}'), 'b')
    assert.equal(valueFromJson('{"stringValue":"a","intValue":null}'), 'a')
  })

  test('empty strings, false, zero, empty arrays, maps and bytes stay what they are', () => {
    assert.equal(valueFromJson('{"stringValue":""}'), '')
    assert.equal(valueFromJson('{"boolValue":false}'), false)
    assert.equal(valueFromJson('{"intValue":0}'), 0n)
    assert.equal(valueFromJson('{"doubleValue":0}'), 0)
    assert.deepEqual(valueFromJson('{"arrayValue":{}}'), [])
    assert.deepEqual(valueFromJson('{"arrayValue":{"values":[null,{}]}}'), [null, null])
    assert.deepEqual(valueFromJson('{"kvlistValue":{}}'), { entries: [] })
    assert.deepEqual(valueFromJson('{"bytesValue":""}'), new Uint8Array(0))
  })

  test('keys of a kvlist may repeat', () => {
    const value = valueFromJson('{"kvlistValue":{"values":[{"key":"k","value":{"intValue":1}},{"key":"k"}]}}')
    assert.deepEqual(value, {
      entries: [
        { key: 'k', value: 1n },
        { key: 'k', value: null },
      ],
    })
  })

  test('bytes are base64, standard or URL-safe, padded or not', () => {
    const bytes = Uint8Array.from([0xfb, 0xff, 0xfe, 0x01])
    for (const text of ['+//+AQ==', '+//+AQ', '-__-AQ==', '-__-AQ', '+\\/\\/+AQ==']) {
      assert.deepEqual(valueFromJson(`{"bytesValue":"${text}"}`), bytes, text)
    }
    for (const text of ['+', '+//+A', 'AQ=', 'A===', '=', 'A Q=', 'ü']) {
      assert.match(
        spanRefusal(spanJson(`"attributes":[{"value":{"bytesValue":"${text}"}}]`)),
        /expected base64/,
        text,
      )
    }
  })

  test('text keeps every character; half a surrogate pair becomes U+FFFD', () => {
    const text = (json: string) => valueFromJson(`{"stringValue":"${json}"}`)
    assert.equal(text('\\"\\\\\\/\\b\\f\\n\\r\\t'), '"\\/\b\f\n\r\t')
    assert.equal(text('\\u00e9é\\ud83d\\ude00😀\\uFFFF'), 'éé😀😀\uffff')
    assert.equal(text('a\\ud800b\\udc00\\ud800\\u0041'), 'a\ufffdb\ufffd\ufffdA')
    assert.equal(text('\\u0000'), '\ufffd', 'NUL is in the bytes and read as U+FFFD')
    assert.equal(text('\\n'.repeat(1_000_000)), '\n'.repeat(1_000_000))
    assert.equal(text('x'.repeat(10 << 20)), 'x'.repeat(10 << 20))
  })
})
