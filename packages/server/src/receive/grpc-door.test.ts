import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { connect } from 'node:net'
import { after, afterEach, describe, test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { compressionAlgorithms, status as grpcStatus } from '@grpc/grpc-js'
import type { AppendOutcome } from '../queue/appender.ts'
import { serverVersion } from '../server-version.ts'
import {
  call,
  callOn,
  exportPath,
  fieldsOf,
  makePayload,
  openClient,
  openTestGrpc,
  sendRaw,
  statusIn,
} from './test-receiver.ts'
import { overheadBytes } from './reservation.ts'

const mebibyte = 1024 * 1024

interface RawReply {
  readonly status: number
  readonly message: string
}

/** A call whose frames the test writes itself, which grpc-js's client would not send. */
async function callRaw(
  port: number,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<RawReply> {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  try {
    const stream = openStream(session, headers)
    stream.end(body)
    const [reply] = (await once(stream, 'response')) as [Record<string, string>]
    if (reply['grpc-status'] !== undefined) return readReply(reply)
    stream.resume()
    const [trailers] = (await once(stream, 'trailers')) as [Record<string, string>]
    return readReply(trailers)
  } finally {
    session.destroy()
  }
}

function openStream(session: ClientHttp2Session, headers: Record<string, string> = {}) {
  return session.request({
    ...{ ':method': 'POST', ':path': exportPath, 'content-type': 'application/grpc', te: 'trailers' },
    ...headers,
  })
}

function readReply(headers: Record<string, string>): RawReply {
  return { status: Number(headers['grpc-status']), message: decodeURI(headers['grpc-message'] ?? '') }
}

/** A gRPC frame: flag, length, message. */
function frame(message: Uint8Array, flag = 0, length = message.byteLength): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt8(flag, 0)
  prefix.writeUInt32BE(length, 1)
  return Buffer.concat([prefix, message])
}

describe('the gRPC door', async () => {
  const door = await openTestGrpc()
  after(() => door.close())
  afterEach(() => door.reset())

  test('takes a payload, appends the very bytes and answers an empty message', async () => {
    const body = makePayload(3)
    const { error, response } = await call(door.port, body)
    assert.equal(error, null)
    assert.equal(response!.length, 0)
    assert.deepEqual(Buffer.from(door.appender.payloads[0]!.bytes), body)
    assert.equal(door.appender.payloads[0]!.spanCount, 3)
  })

  test('says in every success, and in no refusal, that it is Holdfast and which version', async () => {
    for (const body of [makePayload(), makePayload(0, 1), Buffer.alloc(0)]) {
      const { metadata } = await call(door.port, body)
      assert.deepEqual(metadata?.get('holdfast-version'), [serverVersion])
    }
    const refused = await call(door.port, Buffer.from('not protobuf'))
    assert.deepEqual(refused.metadata?.get('holdfast-version') ?? [], [])
  })

  test('succeeds without an append when there are no spans', async () => {
    assert.equal((await call(door.port, Buffer.alloc(0))).error, null)
    assert.equal(door.appender.payloads.length, 0)
  })

  test('answers a partial success that counts and explains the rejected spans', async () => {
    const { error, response } = await call(door.port, makePayload(2, 1))
    assert.equal(error, null)
    const partialSuccess = new Map(fieldsOf(new Map(fieldsOf(response!)).get(1) as Buffer))
    assert.equal(partialSuccess.get(1), 1)
    assert.match(String(partialSuccess.get(2)), /1 of 3 spans/)
    assert.equal(door.appender.payloads[0]!.spanCount, 2)
    await call(door.port, makePayload(0, 1))
    assert.equal(door.appender.payloads.length, 1)
  })

  test('answers INVALID_ARGUMENT with BadRequest, and never INTERNAL, to bad data', async () => {
    const { error } = await call(door.port, Buffer.from('not protobuf'))
    assert.equal(error!.code, grpcStatus.INVALID_ARGUMENT)
    const status = statusIn(error!.metadata)
    assert.equal(status.code, grpcStatus.INVALID_ARGUMENT)
    assert.equal(status.message, error!.details)
    assert.deepEqual(
      status.details.map((detail) => detail.type),
      ['BadRequest'],
    )
  })

  const refusals: [Extract<AppendOutcome, { kind: 'refused' }>['reason'], grpcStatus][] = [
    ['backlog', grpcStatus.RESOURCE_EXHAUSTED],
    ['unavailable', grpcStatus.UNAVAILABLE],
    ['stopping', grpcStatus.UNAVAILABLE],
  ]
  for (const [reason, code] of refusals) {
    test(`answers ${grpcStatus[code]} with RetryInfo when the appender refuses for ${reason}`, async () => {
      door.appender.outcome = async () => ({
        kind: 'refused',
        reason,
        retryAfterMs: 2500,
        message: `it is ${reason}`,
      })
      const { error } = await call(door.port, makePayload())
      assert.equal(error!.code, code)
      assert.equal(error!.details, `it is ${reason}`)
      const { details } = statusIn(error!.metadata)
      assert.equal(details[0]!.type, 'RetryInfo')
      const delay = new Map(fieldsOf(new Map(fieldsOf(details[0]!.value)).get(1) as Buffer))
      assert.equal(delay.get(1), 2)
      assert.equal(delay.get(2), 500_000_000)
    })
  }

  test('answers UNAVAILABLE when something fails that should not', async () => {
    door.appender.outcome = () => Promise.reject(new Error('unforeseen'))
    const { error } = await call(door.port, makePayload())
    assert.equal(error!.code, grpcStatus.UNAVAILABLE)
    assert.doesNotMatch(error!.message, /unforeseen/)
  })

  test('answers UNIMPLEMENTED to metrics, logs and profiles, saying that only traces are served', async () => {
    for (const service of [
      'metrics.v1.MetricsService',
      'logs.v1.LogsService',
      'profiles.v1development.ProfilesService',
    ]) {
      const path = `/opentelemetry.proto.collector.${service}/Export`
      const { error } = await call(door.port, makePayload(), { path })
      assert.equal(error!.code, grpcStatus.UNIMPLEMENTED)
      assert.match(error!.details, /Holdfast serves traces only/)
    }
    const unknown = await call(door.port, makePayload(), { path: exportPath.replace('Export', 'Import') })
    assert.equal(unknown.error!.code, grpcStatus.UNIMPLEMENTED)
    assert.equal(door.appender.payloads.length, 0)
  })

  test('undoes gzip and deflate as the client library sends them', async () => {
    for (const algorithm of [compressionAlgorithms.gzip, compressionAlgorithms.deflate]) {
      for (const body of [makePayload(2), makePayload(3000)]) {
        const options = { 'grpc.default_compression_algorithm': algorithm }
        assert.equal((await call(door.port, body, { options })).error, null)
        assert.deepEqual(Buffer.from(door.appender.payloads.at(-1)!.bytes), body)
      }
    }
  })

  test('undoes zstd, and takes uncompressed messages of a call that names a compression', async () => {
    const body = makePayload(2)
    const zstd = await callRaw(door.port, frame(zstdCompressSync(body), 1), { 'grpc-encoding': 'zstd' })
    assert.equal(zstd.status, grpcStatus.OK)
    const plain = await callRaw(door.port, frame(body), { 'grpc-encoding': 'gzip' })
    assert.equal(plain.status, grpcStatus.OK)
    assert.ok(door.appender.payloads.every((payload) => Buffer.from(payload.bytes).equals(body)))
  })

  test('answers INVALID_ARGUMENT to a message that does not decompress', async () => {
    const compressed = gzipSync(makePayload(2))
    for (const message of [
      makePayload(2),
      compressed.subarray(0, -3),
      Buffer.concat([compressed, Buffer.from('x')]),
    ]) {
      const reply = await callRaw(door.port, frame(message, 1), { 'grpc-encoding': 'gzip' })
      assert.equal(reply.status, grpcStatus.INVALID_ARGUMENT)
      assert.match(reply.message, /not valid gzip/)
    }
  })

  test('answers UNIMPLEMENTED to an unknown compression, INTERNAL to a compressed flag that nothing explains', async () => {
    const body = makePayload()
    const snappy = await callRaw(door.port, frame(body, 1), { 'grpc-encoding': 'snappy' })
    assert.equal(snappy.status, grpcStatus.UNIMPLEMENTED)
    assert.match(snappy.message, /gzip, deflate, zstd/)
    assert.equal((await callRaw(door.port, frame(body, 1))).status, grpcStatus.INTERNAL)
    assert.equal((await callRaw(door.port, frame(body, 7))).status, grpcStatus.INTERNAL)
  })

  test('answers RESOURCE_EXHAUSTED without RetryInfo above the limit, before the message has arrived', async () => {
    const { error } = await call(door.port, Buffer.alloc(mebibyte + 1))
    assert.equal(error!.code, grpcStatus.RESOURCE_EXHAUSTED)
    assert.match(error!.details, /limit of 1048576 bytes/)
    assert.deepEqual(statusIn(error!.metadata).details, [])
    const announced = await callRaw(door.port, frame(Buffer.alloc(0), 0, 0xffffffff))
    assert.equal(announced.status, grpcStatus.RESOURCE_EXHAUSTED)
  })

  test('stops a bomb at the limit', async () => {
    for (const [encoding, bomb] of [
      ['gzip', gzipSync(Buffer.alloc(64 * mebibyte))],
      ['deflate', deflateSync(Buffer.alloc(64 * mebibyte))],
      ['zstd', zstdCompressSync(Buffer.alloc(64 * mebibyte))],
    ] as const) {
      const reply = await callRaw(door.port, frame(bomb, 1), { 'grpc-encoding': encoding })
      assert.equal(reply.status, grpcStatus.RESOURCE_EXHAUSTED)
      assert.match(reply.message, /decompressed/)
    }
  })

  test('refuses a second message, a message cut short, and none', async () => {
    const body = makePayload()
    const twice = await callRaw(door.port, Buffer.concat([frame(body), frame(body)]))
    assert.equal(twice.status, grpcStatus.INTERNAL)
    assert.notEqual((await callRaw(door.port, frame(body, 0, body.length + 10))).status, grpcStatus.OK)
    assert.notEqual((await callRaw(door.port, Buffer.alloc(0))).status, grpcStatus.OK)
    assert.equal(door.appender.payloads.length, 0)
  })

  test('serves 200 calls at once on one connection', async () => {
    const release = door.appender.hold()
    const client = openClient(door.port)
    const replies = Array.from({ length: 200 }, () => callOn(client, makePayload(5)))
    release()
    assert.ok((await Promise.all(replies)).every(({ error }) => error === null))
    assert.equal(door.appender.payloads.length, 200)
    client.close()
  })

  test('counts each call with its outcome and its spans', async () => {
    const before = door.log.answers.length
    const body = makePayload(2, 1)
    await call(door.port, body)
    await call(door.port, Buffer.from('x'))
    assert.deepEqual(
      door.log.answers.slice(before).map(({ durationMs: _, ...rest }) => rest),
      [
        {
          transport: 'grpc',
          encoding: 'protobuf',
          code: 'partial',
          bodyBytes: body.length,
          acceptedSpans: 2,
          rejectedSpans: 1,
        },
        {
          transport: 'grpc',
          encoding: 'protobuf',
          code: 'malformed',
          bodyBytes: 1,
          acceptedSpans: 0,
          rejectedSpans: 0,
        },
      ],
    )
  })

  test('lives on after bytes that are not HTTP/2', async () => {
    await sendRaw(door.port, 'POST /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n').catch(() => 'connection reset')
    await sendRaw(door.port, Buffer.alloc(100, 0xff)).catch(() => 'connection reset')
    const socket = connect(door.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.resetAndDestroy()
    assert.equal((await call(door.port, makePayload())).error, null)
  })
})

describe('a gRPC call that ends early', () => {
  test('while its message arrives: nothing is appended, and its bytes go back to the budget', async () => {
    await using door = await openTestGrpc()
    const session = connectHttp2(`http://127.0.0.1:${door.port}`)
    const stream = openStream(session)
    stream.on('error', () => undefined)
    stream.write(frame(Buffer.from('half'), 0, 5000))
    while (door.budget.reservedBytes === 0) await new Promise(setImmediate)
    assert.equal(door.budget.reservedBytes, 5000 + overheadBytes, 'the announced length is reserved')
    stream.close(8) // CANCEL
    const [answer] = await door.log.atLeast(1)
    assert.equal(answer!.code, 'aborted')
    assert.equal(door.budget.reservedBytes, 0)
    assert.equal(door.appender.payloads.length, 0)
    session.destroy()
  })

  test('by its deadline while the commit is under way: the payload stays appended, the client may send it again', async () => {
    await using door = await openTestGrpc()
    const client = openClient(door.port)
    await callOn(client, Buffer.alloc(0)) // connected, so that the deadline is spent on the commit
    const release = door.appender.hold()
    const asIs = (bytes: Buffer): Buffer => bytes
    const deadline = new Date(Date.now() + 300)
    const code = await new Promise((resolve) =>
      client.makeUnaryRequest(exportPath, asIs, asIs, makePayload(), { deadline }, (error) =>
        resolve(error?.code),
      ),
    )
    assert.equal(code, grpcStatus.DEADLINE_EXCEEDED)
    await door.appender.atLeast(1)
    release()
    const [, answer] = await door.log.atLeast(2)
    assert.equal(answer!.acceptedSpans, 1)
    assert.equal(door.budget.reservedBytes, 0)
    client.close()
  })

  test('by cancelling while the commit is under way: nothing breaks', async () => {
    await using door = await openTestGrpc()
    const release = door.appender.hold()
    const client = openClient(door.port)
    const asIs = (bytes: Buffer): Buffer => bytes
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const pending = client.makeUnaryRequest(exportPath, asIs, asIs, makePayload(), (error) =>
      resolve(error?.code),
    )
    await door.appender.atLeast(1)
    pending.cancel()
    assert.equal(await promise, grpcStatus.CANCELLED)
    release()
    await door.log.atLeast(1)
    assert.equal(door.budget.reservedBytes, 0)
    client.close()
  })

  test('by taking too long to send: DEADLINE_EXCEEDED, and its bytes go back to the budget', async () => {
    await using door = await openTestGrpc({ timeouts: { arrivalMs: 30, arrivalCheckMs: 10 } })
    const session = connectHttp2(`http://127.0.0.1:${door.port}`)
    const stream = openStream(session)
    stream.write(frame(Buffer.from('half'), 0, 5000))
    const [reply] = (await once(stream, 'response')) as [Record<string, string>]
    assert.equal(readReply(reply).status, grpcStatus.DEADLINE_EXCEEDED)
    assert.equal(door.budget.reservedBytes, 0)
    session.destroy()
  })
})

test('a gRPC message without room in the budget is refused with UNAVAILABLE and RetryInfo', async () => {
  await using door = await openTestGrpc({ budgetBytes: 100_000 })
  const tooMuch = await call(door.port, makePayload(3000))
  assert.equal(tooMuch.error!.code, grpcStatus.UNAVAILABLE)
  assert.equal(statusIn(tooMuch.error!.metadata).details[0]!.type, 'RetryInfo')
  const options = { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }
  const decompressed = await call(door.port, makePayload(3000), { options })
  assert.equal(decompressed.error!.code, grpcStatus.UNAVAILABLE)
  assert.equal(door.budget.reservedBytes, 0)
  assert.equal((await call(door.port, makePayload(2))).error, null)
})
