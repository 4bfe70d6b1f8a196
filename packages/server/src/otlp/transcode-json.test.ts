import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { inspectTraces } from './inspect.ts'
import { decodeAll, refusal, spanFromJson, spanJson, spanRefusal, transcode } from './test-decode.ts'
import { transcodedBytesAtMost, transcodeTracesJson } from './transcode-json.ts'

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
    const noRequest = /^\$: expected an ExportTraceServiceRequest: \{"resourceSpans": \[\.\.\.\]\}$/
    const cases: [string, RegExp][] = [
      ['', noRequest],
      ['null', noRequest],
      ['[]', noRequest],
      ['""', noRequest],
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
        /attributes\[0\]\.value\.doubleValue: not JSON at byte \d+: expected a value/,
      ],
      [`${'{"x":['.repeat(300)}`, /JSON nests more than 512 deep/],
      [`{"x":${'['.repeat(1_000_000)}`, /JSON nests more than 512 deep/],
    ]
    for (const [json, reason] of cases) assert.match(refusal(json), reason, json.slice(0, 80))
  })

  test('a value of the wrong type above the spans is refused with its JSON path, never with content', () => {
    const cases: [string, string][] = [
      ['{"resourceSpans":{}}', '$.resourceSpans: expected an array'],
      ['{"resourceSpans":["secret"]}', '$.resourceSpans[0]: expected an object'],
      [
        '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}',
        '$.resourceSpans[0].scopeSpans[0].spans: expected an array',
      ],
      [
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":7}],"schemaUrl":7}]}]}',
        '$.resourceSpans[0].scopeSpans[0].schemaUrl: expected a string',
      ],
      [
        '{"resourceSpans":[{"resource":{"attributes":[{"value":{"intValue":"secret"}}]}}]}',
        '$.resourceSpans[0].resource.attributes[0].value.intValue: expected an integer',
      ],
    ]
    for (const [json, message] of cases) {
      assert.equal(refusal(json), message)
      const transcoded = transcodeTracesJson(new TextEncoder().encode(json))
      assert.ok(!transcoded.ok && message.startsWith(`${transcoded.field}: `))
    }
  })

  test('never becomes more bytes than it was said to, however little of it is UTF-8', () => {
    const bodies = [
      spanJson('"name":"n","events":[{},null],"flags":1'),
      spanJson(`"attributes":[{"value":{"stringValue":"${'\xe9'.repeat(1000)}"}}]`),
      '{}',
    ]
    for (const body of bodies) {
      for (const encoding of ['utf8', 'latin1'] as const) {
        const json = Buffer.from(body, encoding)
        assert.ok(transcode(json).length <= transcodedBytesAtMost(json))
      }
    }
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
  const badFields: [string, string][] = [
    ['"name":7', 'name: expected a string'],
    ['"name":["secret"]', 'name: expected a string'],
    ['"traceId":7', 'traceId: expected a string'],
    ['"status":"secret"', 'status: expected an object'],
    ['"status":{"code":[{"x":"secret"}]}', 'status.code: expected an integer'],
    ['"kind":"secret"', 'kind: expected an integer'],
    ['"flags":true', 'flags: expected an integer'],
    ['"flags":-1', 'flags: the integer is out of range'],
    ['"startTimeUnixNano":-1', 'startTimeUnixNano: the integer is out of range'],
    ['"events":{"name":"secret"}', 'events: expected an array'],
    ['"events":[{},{"name":{}}]', 'events[1].name: expected a string'],
    ['"attributes":[{"value":{"intValue":1.5}}]', 'attributes[0].value.intValue: expected an integer'],
    [
      '"attributes":[{"value":{"intValue":"9223372036854775808"}}]',
      'attributes[0].value.intValue: the integer is out of range',
    ],
    [
      '"attributes":[{},{"value":{"arrayValue":{"values":[{},{"boolValue":"true"}]}}}]',
      'attributes[1].value.arrayValue.values[1].boolValue: expected true or false',
    ],
    ['"attributes":[{"value":{"bytesValue":"!!"}}]', 'attributes[0].value.bytesValue: expected base64'],
    [
      '"attributes":[{"value":{"doubleValue":1e999}}]',
      'attributes[0].value.doubleValue: the number is out of range',
    ],
    ['"name":7,"kind":"secret","name":"good"', 'name: expected a string'],
  ]

  test('a value that its field cannot hold: the span is named by its JSON path, never by content', () => {
    for (const [fields, flaw] of badFields)
      assert.equal(spanRefusal(spanJson(fields)), `$.resourceSpans[0].scopeSpans[0].spans[0].${flaw}`)
  })

  test('its siblings before and behind are kept whole, and the message counts each kind of mistake', () => {
    const span = (name: string, fields = ''): string =>
      `{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"${name}"${fields}}`
    const spans = badFields.flatMap(([fields], index) => [
      span(`good ${index}`, ',"kind":3'),
      span('bad', `,${fields}`),
    ])
    const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join()},5,${span('last')}]},{"spans":[${span('other')}]}]}]}`
    const transcoded = transcodeTracesJson(new TextEncoder().encode(json))
    assert.ok(transcoded.ok)
    assert.equal(transcoded.rejectedSpans, badFields.length + 1)
    assert.deepEqual(
      decodeAll(transcoded.bytes).map(({ name, kind }) => `${name} ${kind}`),
      [...badFields.map((_, index) => `good ${index} 3`), 'last 0', 'other 0'],
    )
    assert.match(
      transcoded.message,
      /^18 spans rejected for a value that its field cannot hold: 5 with "expected a string", /,
    )
    assert.match(
      transcoded.message,
      /; the first is \$\.resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\.name: expected a string$/,
    )
    assert.doesNotMatch(transcoded.message, /secret/)
  })

  test('but JSON that breaks off or is malformed behind such a value is refused whole', () => {
    for (const rest of ['', ',', '"', ',"kind":tru}]}]}]}'])
      assert.match(refusal(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":7${rest}`), /not JSON/)
  })

  test('a million bad spans are read as fast as others', () => {
    const json = Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${'{"name":7},'.repeat(999_999)}7]}]}]}`,
    )
    const transcoded = transcodeTracesJson(json)
    assert.ok(transcoded.ok)
    assert.equal(transcoded.rejectedSpans, 1_000_000)
  })

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

describe('text that is not Unicode', () => {
  const half = '"name":"a\\ud800b"'
  const [before, behind] = spanJson('"name":"a?b"').split('?') as [string, string]
  const raw = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(behind)])

  test('is stored with U+FFFD in its place, and the message says so and where', () => {
    for (const json of [Buffer.from(spanJson(half)), raw]) {
      const transcoded = transcodeTracesJson(json)
      assert.ok(transcoded.ok)
      assert.equal(transcoded.rejectedSpans, 0)
      assert.equal(decodeAll(transcoded.bytes)[0]!.name, 'a\ufffdb')
      assert.ok(
        Buffer.from(transcoded.bytes).includes('a\ufffdb'),
        'in the bytes, not only when they are read',
      )
      assert.match(
        transcoded.message,
        /^1 string holds what is not Unicode text .* U\+FFFD .*; the first is \$\.resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.name$/,
      )
    }
  })

  test('beside escapes is found too, and other strings of the payload stay as they are', () => {
    const [head, tail] = spanJson('"name":"\\u00e9?\\n","traceState":"é😀\\ud83d\\ude00"').split('?') as [
      string,
      string,
    ]
    const json = Buffer.concat([Buffer.from(head), Buffer.from([0xe2, 0x82]), Buffer.from(tail)])
    const transcoded = transcodeTracesJson(json)
    assert.ok(transcoded.ok)
    const [span] = decodeAll(transcoded.bytes)
    assert.equal(span!.name, 'é\ufffd\n')
    assert.equal(span!.traceState, 'é😀😀')
    assert.match(transcoded.message, /^1 string /)
  })

  test('becomes what other decoders make of it, for any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            ...[0x41, 0x80, 0xbf, 0xc1, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xf0, 0x90, 0xf4, 0xf5],
          ),
        ),
        (name) => {
          const transcoded = transcodeTracesJson(
            Buffer.concat([Buffer.from(before), Buffer.from(name), Buffer.from(behind)]),
          )
          assert.ok(transcoded.ok)
          const expected = `a${Buffer.from(name).toString()}b`
          assert.ok(Buffer.from(transcoded.bytes).includes(expected))
          assert.equal(transcoded.message === '', !expected.includes('\ufffd'))
        },
      ),
    )
  })

  test('is not told of a span that is left out', () => {
    const transcoded = transcodeTracesJson(Buffer.from(spanJson(`${half},"kind":true`)))
    assert.ok(transcoded.ok)
    assert.match(transcoded.message, /^1 span rejected/)
    assert.doesNotMatch(transcoded.message, /Unicode/)
  })
})
