import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import {
  decodeStatus,
  fieldsOf,
  jsonPayload,
  makePayload,
  openTestHttp,
  send,
  sendRaw,
} from './test-receiver.ts'
import type { AppendOutcome } from '../queue/appender.ts'
import { serverVersion } from '../server-version.ts'

const protobuf = { 'content-type': 'application/x-protobuf' }
const json = { 'content-type': 'application/json' }

describe('the HTTP door', async () => {
  const door = await openTestHttp()
  after(() => door.close())
  afterEach(() => door.reset())

  test('takes protobuf, appends the very bytes and answers an empty protobuf message', async () => {
    const body = makePayload(3)
    const response = await send(door.port, { body })
    assert.equal(response.status, 200)
    assert.equal(response.headers['content-type'], 'application/x-protobuf')
    assert.equal(response.headers['content-length'], '0')
    assert.equal(response.body.length, 0)
    assert.equal(door.appender.payloads.length, 1)
    assert.deepEqual(Buffer.from(door.appender.payloads[0]!.bytes), body)
    assert.equal(door.appender.payloads[0]!.spanCount, 3)
  })

  test('takes JSON, appends protobuf and answers {}', async () => {
    const response = await send(door.port, { headers: json, body: jsonPayload })
    assert.equal(response.status, 200)
    assert.equal(response.headers['content-type'], 'application/json')
    assert.equal(response.body.toString(), '{}')
    assert.equal(door.appender.payloads[0]!.spanCount, 1)
  })

  test('says in every success, and in no refusal, that it is Holdfast and which version', async () => {
    for (const body of [makePayload(), makePayload(0, 1), Buffer.alloc(0)]) {
      const { headers } = await send(door.port, { body })
      assert.equal(headers['holdfast-version'], serverVersion)
    }
    const { headers } = await send(door.port, { headers: json, body: '{}' })
    assert.equal(headers['holdfast-version'], serverVersion)
    const refused = await send(door.port, { body: 'not protobuf' })
    assert.equal(refused.headers['holdfast-version'], undefined)
  })

  test('tells the encoding by the media type alone, in any case, with any parameters', async () => {
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'Application/Json ;x=y']) {
      const response = await send(door.port, { headers: { 'content-type': type }, body: jsonPayload })
      assert.equal(response.status, 200, type)
      assert.equal(response.headers['content-type'], 'application/json')
    }
    const response = await send(door.port, {
      headers: { 'content-type': 'Application/X-Protobuf; messageType="x"' },
      body: makePayload(),
    })
    assert.equal(response.status, 200)
  })

  test('answers 415 to a missing or foreign content type, naming the supported ones', async () => {
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/grpc' }]) {
      const response = await send(door.port, { headers, body: makePayload() })
      assert.equal(response.status, 415)
      assert.match(response.headers['content-type']!, /^text\/plain/)
      assert.match(response.body.toString(), /supported: \[application\/json, application\/x-protobuf\]/)
    }
    assert.equal(door.appender.payloads.length, 0)
  })

  test('answers 400 with a google.rpc.Status to protobuf labelled JSON, and to JSON labelled protobuf', async () => {
    const asJson = await send(door.port, { headers: json, body: makePayload() })
    assert.equal(asJson.status, 400)
    assert.equal(asJson.headers['content-type'], 'application/json')
    const status = JSON.parse(asJson.body.toString())
    assert.equal(status.code, 3)
    assert.notEqual(status.message, '')
    assert.equal(status.details[0]['@type'], 'type.googleapis.com/google.rpc.BadRequest')

    const asProtobuf = await send(door.port, { headers: protobuf, body: jsonPayload })
    assert.equal(asProtobuf.status, 400)
    assert.equal(asProtobuf.headers['content-type'], 'application/x-protobuf')
    assert.equal(decodeStatus(asProtobuf.body).code, 3)
    assert.deepEqual(
      decodeStatus(asProtobuf.body).details.map((detail) => detail.type),
      ['BadRequest'],
    )
  })

  test('succeeds without an append when there are no spans', async () => {
    assert.equal((await send(door.port, { body: '' })).status, 200)
    assert.equal((await send(door.port, { headers: json, body: '{}' })).status, 200)
    assert.equal(
      (await send(door.port, { headers: json, body: '{"resourceSpans":[{"scopeSpans":[{}]}]}' })).status,
      200,
    )
    assert.equal(door.appender.payloads.length, 0)
  })

  test('answers a partial success that counts and explains the rejected spans', async () => {
    const response = await send(door.port, { body: makePayload(2, 1) })
    assert.equal(response.status, 200)
    const partialSuccess = new Map(fieldsOf(new Map(fieldsOf(response.body)).get(1) as Buffer))
    assert.equal(partialSuccess.get(1), 1)
    assert.match(String(partialSuccess.get(2)), /1 of 3 spans.*span_id/)
    assert.equal(door.appender.payloads[0]!.spanCount, 2)
  })

  test('answers a partial success without an append when every span was rejected', async () => {
    const response = await send(door.port, { body: makePayload(0, 2) })
    assert.equal(response.status, 200)
    assert.notEqual(response.body.length, 0)
    assert.equal(door.appender.payloads.length, 0)
  })

  test('keeps the good spans of JSON beside those with bad values and bad ids, and reports both', async () => {
    const good = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'good' }
    const bytesValue = { ...good, attributes: [{ key: 'k', value: { bytesValue: '!!' } }] }
    const spans = [good, { ...good, kind: 'FOO' }, bytesValue, { ...good, spanId: 'abc' }, good]
    const response = await send(door.port, {
      headers: json,
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    })
    assert.equal(response.status, 200)
    const { rejectedSpans, errorMessage } = JSON.parse(response.body.toString()).partialSuccess
    assert.equal(rejectedSpans, '3')
    assert.match(errorMessage, /^2 spans rejected .* 1 with "expected an integer", 1 with "expected base64"/)
    assert.match(
      errorMessage,
      /the first is \$\.resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\.kind: expected/,
    )
    assert.match(errorMessage, /Of the others, 1 of 3 spans rejected: 1 with a span_id/)
    assert.equal(door.appender.payloads[0]!.spanCount, 2)
    const { code, acceptedSpans, rejectedSpans: counted } = door.log.answers.at(-1)!
    assert.deepEqual([code, acceptedSpans, counted], ['partial', 2, 3])
  })

  test('stores JSON text that is not Unicode with U+FFFD, and warns of it without rejecting a span', async () => {
    const response = await send(door.port, {
      headers: json,
      body: jsonPayload.replace('chat', 'chat\\ud83d'),
    })
    assert.equal(response.status, 200)
    const { rejectedSpans, errorMessage } = JSON.parse(response.body.toString()).partialSuccess
    assert.equal(rejectedSpans, '0')
    assert.match(errorMessage, /U\+FFFD/)
    assert.ok(Buffer.from(door.appender.payloads[0]!.bytes).includes('chat\ufffd'))
    assert.equal(door.log.answers.at(-1)!.code, 'ok')
  })

  test('says what it expected of JSON that is no request, and names the path of what is wrong in one', async () => {
    const violation = async (body: string) => {
      const response = await send(door.port, { headers: json, body })
      assert.equal(response.status, 400)
      return JSON.parse(response.body.toString()).details[0].fieldViolations[0]
    }
    for (const body of ['null', '[]', '']) {
      const { field, description } = await violation(body)
      assert.equal(field, '$')
      assert.match(description, /expected an ExportTraceServiceRequest: \{"resourceSpans": \[\.\.\.\]\}/)
    }
    assert.equal(
      (await violation('{"resourceSpans":[{"schemaUrl":1}]}')).field,
      '$.resourceSpans[0].schemaUrl',
    )
  })

  test('answers 405 with Allow to every other method', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await send(door.port, { method, headers: {} })
      assert.equal(response.status, 405, method)
      assert.equal(response.headers.allow, 'POST')
      assert.match(response.body.toString(), /405 method not allowed, supported: \[POST\]/)
    }
    assert.equal((await send(door.port, { method: 'HEAD', headers: {} })).status, 405)
  })

  test('answers 404 to other paths, and takes traces with a slash or a query too many', async () => {
    for (const path of ['/v1/trace', '/v1/traces/x', '/V1/TRACES', '/v1/traces/v1/traces', '/%761/traces']) {
      const response = await send(door.port, { path, body: makePayload() })
      assert.equal(response.status, 404, path)
      assert.match(decodeStatus(response.body).message, /\/v1\/traces/)
    }
    for (const path of ['/v1/traces/', '//v1/traces', '/v1/traces?x=1', '/v1//traces//?']) {
      assert.equal((await send(door.port, { path, body: makePayload() })).status, 200, path)
    }
  })

  test('says that only traces are served, in the encoding of the request', async () => {
    for (const path of ['/v1/metrics', '/v1/logs', '/v1development/profiles']) {
      const asJson = await send(door.port, { path, headers: json, body: '{}' })
      assert.equal(asJson.status, 404)
      assert.match(JSON.parse(asJson.body.toString()).message, /Holdfast serves traces only/)
      const asProtobuf = await send(door.port, { path, body: 'x' })
      assert.equal(asProtobuf.status, 404)
      assert.match(decodeStatus(asProtobuf.body).message, /Holdfast serves traces only/)
    }
  })

  test('says what this port is', async () => {
    const response = await send(door.port, { path: '/', method: 'GET', headers: {} })
    assert.equal(response.status, 200)
    assert.match(response.body.toString(), /OTLP\/HTTP port of Holdfast/)
    assert.equal((await send(door.port, { path: '/', method: 'HEAD', headers: {} })).status, 200)
  })

  const refusals: [Extract<AppendOutcome, { kind: 'refused' }>['reason'], number, number, number][] = [
    ['backlog', 2500, 429, 8],
    ['unavailable', 1000, 503, 14],
    ['stopping', 10, 503, 14],
  ]
  for (const [reason, retryAfterMs, status, code] of refusals) {
    test(`answers ${status} with Retry-After when the appender refuses for ${reason}`, async () => {
      door.appender.outcome = async () => ({
        kind: 'refused',
        reason,
        retryAfterMs,
        message: `it is ${reason}`,
      })
      const response = await send(door.port, { body: makePayload() })
      assert.equal(response.status, status)
      assert.equal(response.headers['retry-after'], String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
      const decoded = decodeStatus(response.body)
      assert.equal(decoded.code, code)
      assert.equal(decoded.message, `it is ${reason}`)
      assert.deepEqual(
        decoded.details.map((detail) => detail.type),
        ['RetryInfo'],
      )
    })
  }

  test('answers 503, and never 500, when something fails that should not', async () => {
    door.appender.outcome = () => Promise.reject(new Error('unforeseen'))
    const response = await send(door.port, { headers: json, body: jsonPayload })
    assert.equal(response.status, 503)
    assert.equal(response.headers['retry-after'], '5')
    assert.doesNotMatch(response.body.toString(), /unforeseen/)
  })

  test('does not answer before the append is settled', async () => {
    const release = door.appender.hold()
    let answered = false
    const response = send(door.port, { body: makePayload() }).then((it) => {
      answered = true
      return it
    })
    // Another request goes the whole way meanwhile.
    await send(door.port, { body: '' })
    assert.equal(answered, false)
    assert.ok(door.budget.reservedBytes > 0, 'bytes count while they wait for the commit')
    release()
    assert.equal((await response).status, 200)
  })

  test('holds room for the protobuf that JSON becomes, and refuses with 503 when there is none', async () => {
    const release = door.appender.hold()
    const response = send(door.port, { headers: json, body: jsonPayload })
    await door.appender.atLeast(1)
    assert.ok(door.budget.reservedBytes >= door.appender.payloads[0]!.bytes.byteLength)
    release()
    assert.equal((await response).status, 200)

    await using small = await openTestHttp({ budgetBytes: jsonPayload.length + 1 })
    const refused = await send(small.port, { headers: json, body: jsonPayload })
    assert.equal(refused.status, 503)
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal(small.budget.reservedBytes, 0)
  })

  test('serves 200 requests at once', async () => {
    const release = door.appender.hold()
    const responses = Array.from({ length: 200 }, () => send(door.port, { body: makePayload(5) }))
    const all = Promise.all(responses)
    await send(door.port, { body: '' })
    release()
    assert.ok((await all).every((response) => response.status === 200))
    assert.equal(door.appender.payloads.length, 200)
  })

  test('answers pipelined requests in order, on one connection', async () => {
    const head = 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    const received = await sendRaw(
      door.port,
      `${head}Content-Length: 2\r\n\r\n{}${head}Content-Length: 1\r\n\r\n{${head}Connection: close\r\nContent-Length: 2\r\n\r\n{}`,
    )
    assert.deepEqual(
      [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
      ['200', '400', '200'],
    )
  })

  test('counts each request with its outcome and its spans', async () => {
    const before = door.log.answers.length
    const body = makePayload(2, 1)
    await send(door.port, { body })
    await send(door.port, { headers: json, body: 'x' })
    await send(door.port, { path: '/nowhere', body })
    const counted = door.log.answers.slice(before)
    assert.deepEqual(
      counted.map(({ transport, encoding, code, acceptedSpans, rejectedSpans }) => [
        ...[transport, encoding, code, acceptedSpans, rejectedSpans],
      ]),
      [
        ['http', 'protobuf', 'partial', 2, 1],
        ['http', 'json', 'malformed', 0, 0],
        ['http', 'protobuf', 'unknown_path', 0, 0],
      ],
    )
    assert.equal(counted[0]!.bodyBytes, body.length)
  })
})
