import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspectTraces } from './inspect.ts'
import { decodeAll, spanFromJson, spanJson, transcode, valueFromJson } from './test-decode.ts'
import { transcodeTracesJson } from './transcode-json.ts'

function refusal(json: string): string {
  const transcoded = transcodeTracesJson(new TextEncoder().encode(json))
  assert.equal(transcoded.ok, false, 'the JSON was accepted')
  return transcoded.ok ? '' : transcoded.message
}

function inspect(json: string) {
  const inspection = inspectTraces(transcode(json))
  assert.ok(inspection.ok)
  return inspection
}

describe('OTLP JSON in whole', () => {
  test('a request without data is empty protobuf', () => {
    for (const json of ['{}', ' { } ', '{"resourceSpans":null}', '{"resourceSpans":[]}', '\ufeff{}']) {
      assert.equal(transcode(json).length, 0, json)
    }
  })

  test('ids are hex in either case', () => {
    const span = spanFromJson('"parentSpanId":"ABCDEF0123456789"')
    assert.equal(span.traceId, '0af7651916cd43dd8448eb211c80319c')
    assert.equal(span.parentSpanId, 'abcdef0123456789')
  })

  test('what is not JSON, or no object, is refused with the place', () => {
    const cases: [string, RegExp][] = [
      ['', /^\$: expected an object$/],
      ['null', /^\$: expected an object$/],
      ['[]', /^\$: expected an object$/],
      ['""', /^\$: expected an object$/],
      ['{', /not JSON where it ends: expected a string/],
      ['{"resourceSpans":[{}],}', /not JSON at byte 22: expected a string/],
      ['{"resourceSpans":[{},]}', /expected an object/],
      ['{"resourceSpans":[{}]} x', /expected nothing behind the object/],
      ['{"unknown":NaN}', /^\$: not JSON at byte 11: expected a value/],
      ['{"unknown":01}', /not JSON at byte 11: expected a value/],
      ['{"unknown":tru}', /expected a value/],
      ['{"unknown":"\u0001"}', /expected no control character in a string/],
      ['{"unknown":"\\x"}', /expected an escape sequence/],
      ['{"unknown":"\\u12g4"}', /expected an escape sequence/],
      ['{"unknown":"', /where it ends: expected the end of a string/],
      ["{'resourceSpans':[]}", /expected a string/],
      [
        spanJson('"attributes":[{"value":{"doubleValue":NaN}}]'),
        /attributes\[0\]\.value\.doubleValue: expected a number/,
      ],
      [`${'{"x":['.repeat(300)}`, /JSON nests more than 512 deep/],
      [`{"x":${'['.repeat(1_000_000)}`, /JSON nests more than 512 deep/],
    ]
    for (const [json, reason] of cases) assert.match(refusal(json), reason, json.slice(0, 80))
  })

  test('a value of the wrong type is refused with its JSON path, never with content', () => {
    const cases: [string, string][] = [
      ['{"resourceSpans":{}}', '$.resourceSpans: expected an array'],
      ['{"resourceSpans":["secret"]}', '$.resourceSpans[0]: expected an object'],
      [spanJson('"name":7'), '$.resourceSpans[0].scopeSpans[0].spans[0].name: expected a string'],
      [spanJson('"traceId":7'), '$.resourceSpans[0].scopeSpans[0].spans[0].traceId: expected a string'],
      [spanJson('"status":"secret"'), '$.resourceSpans[0].scopeSpans[0].spans[0].status: expected an object'],
      [spanJson('"kind":"secret"'), '$.resourceSpans[0].scopeSpans[0].spans[0].kind: expected an integer'],
      [spanJson('"flags":true'), '$.resourceSpans[0].scopeSpans[0].spans[0].flags: expected an integer'],
      [
        spanJson('"attributes":[{},{"value":{"arrayValue":{"values":[{},{"boolValue":"true"}]}}}]'),
        '$.resourceSpans[0].scopeSpans[0].spans[0].attributes[1].value.arrayValue.values[1].boolValue: expected true or false',
      ],
      [
        spanJson('"attributes":[{"value":{"bytesValue":"sec*"}}]'),
        '$.resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.bytesValue: expected base64',
      ],
    ]
    for (const [json, message] of cases) assert.equal(refusal(json), message)
  })
})

describe('names of fields', () => {
  test('that are unknown or in snake_case are skipped at every level', () => {
    const other = '"other":{"deep":[1,-2.5e3,{"x":[true,false,null,"\\""]}]},"trace_id":"x","":0'
    const json = `{${other},"resourceSpans":[{${other},"resource":{${other}},"scopeSpans":[{${other},"scope":{${other}},
      "spans":[{${other},"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"n",
      "events":[{${other}}],"links":[{${other}}],"status":{${other}},"attributes":[{${other},"value":{${other}}}]}]}]}]}`
    assert.equal(decodeAll(transcode(json))[0]!.name, 'n')
  })

  test('that come twice: the last one counts', () => {
    const span = spanFromJson(
      '"name":"first","kind":1,"attributes":[{"key":"first"}],"name":"second","attributes":[{"key":"a"},{"key":"b"}],"kind":2,"name":"last","kind":null',
    )
    assert.equal(span.name, 'last')
    assert.equal(span.kind, 0)
    assert.deepEqual(
      span.attributes.map(({ key }) => key),
      ['a', 'b'],
    )
  })

  test('may hold escapes, and the names of Object are keys like others', () => {
    assert.equal(spanFromJson('"n\\u0061me":"n"').name, 'n')
    const { attributes } = spanFromJson(
      '"__proto__":{"name":1},"attributes":[{"key":"__proto__"},{"key":"constructor"},{"key":""}]',
    )
    assert.deepEqual(
      attributes.map(({ key }) => key),
      ['__proto__', 'constructor', ''],
    )
  })

  test('repeated a hundred thousand times take no more than their length', () => {
    const span = spanFromJson(
      `"attributes":[{"key":"${'x'.repeat(1_000_000)}"}]${',"name":"n","kind":1'.repeat(100_000)}`,
    )
    assert.equal(span.name, 'n')
  })

  test('with null are unset', () => {
    const span = spanFromJson(
      '"name":null,"attributes":null,"status":null,"kind":null,"startTimeUnixNano":null,"events":[null]',
    )
    assert.equal(span.name, '')
    assert.deepEqual(span.events, [{ timeUnixNano: 0n, name: '', attributes: [], droppedAttributesCount: 0 }])
  })
})

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

  test('out of range, with a fraction, or no numbers at all are refused', () => {
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
    for (const time of times) assert.match(refusal(spanJson(`"startTimeUnixNano":${time}`)), path, time)
    for (const count of ['4294967296', '-1']) assert.match(refusal(spanJson(`"flags":${count}`)), path)
    for (const kind of ['2147483648', '-2147483649', '1.5'])
      assert.match(refusal(spanJson(`"kind":${kind}`)), path)
    for (const value of ['9223372036854775808', '"-9223372036854775809"']) {
      assert.match(
        refusal(spanJson(`"attributes":[{"value":{"intValue":${value}}}]`)),
        /intValue: the integer is out of range$/,
      )
    }
    assert.match(refusal(spanJson(`"droppedLinksCount":${'9'.repeat(100_000)}e-99999`)), path)
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
        refusal(spanJson(`"attributes":[{"value":{"doubleValue":${json}}}]`)),
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
        refusal(spanJson(`"attributes":[{"value":{"bytesValue":"${text}"}}]`)),
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

describe('what only one span suffers for', () => {
  test('ids of wrong length, and ids that are not hex', () => {
    const badIds = [
      '"traceId":""',
      '"traceId":null',
      `"traceId":"${'a'.repeat(30)}"`,
      `"traceId":"${'a'.repeat(34)}"`,
      '"traceId":"abc"',
      '"traceId":"QpC1h3qZMN55u0KDZTmOzA=="',
      '"traceId":"sixteen letters!"',
      `"traceId":"${'0'.repeat(32)}"`,
      '"spanId":"8letters"',
      '"spanId":"0000000000000000"',
      '"parentSpanId":"8letters"',
      '"parentSpanId":"abcd"',
    ]
    const spans = ['"name":"good"', ...badIds].map(
      (fields) => /"spans":\[(.*)\]\}\]\}\]\}$/.exec(spanJson(fields))![1]!,
    )
    const inspection = inspect(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join()},null]}]}]}`)
    assert.equal(inspection.rejectedSpans, badIds.length + 1)
    assert.deepEqual(
      decodeAll(inspection.bytes).map(({ name }) => name),
      ['good'],
    )
  })

  test('values nested deeper than protobuf goes', () => {
    const nested = (levels: number): string =>
      `"attributes":[{"value":${'{"arrayValue":{"values":['.repeat(levels)}{}${']}}'.repeat(levels)}}]`
    assert.equal(inspect(spanJson(nested(10))).rejectedSpans, 0)
    assert.equal(inspect(spanJson(nested(47))).rejectedSpans, 0)
    assert.equal(inspect(spanJson(nested(48))).rejectedSpans, 1)
    assert.equal(inspect(spanJson(nested(100))).rejectedSpans, 1)
    assert.match(refusal(spanJson(nested(10_000))), /JSON nests more than 512 deep/)
  })

  test('but not for links with strange ids, which are kept', () => {
    const { links } = spanFromJson('"links":[{"traceId":"not hex","spanId":"abcd"}]')
    assert.equal(links[0]!.traceId, Buffer.from('not hex').toString('hex'))
    assert.equal(links[0]!.spanId, 'abcd')
  })
})
