import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspectTraces } from './inspect.ts'
import { decodeAll, refusal, spanFromJson, spanJson, transcode } from './test-decode.ts'

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
