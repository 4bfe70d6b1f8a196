import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  decodeStatus,
  jsonPayload,
  makePayload,
  openTestHttp,
  send,
  type HttpResponse,
} from './test-receiver.ts'

const mebibyte = 1024 * 1024

describe('compressed bodies over HTTP', async () => {
  // A limit of 1 MiB.
  const door = await openTestHttp({ maxPayloadBytes: mebibyte })
  after(() => door.close())
  afterEach(() => door.reset())

  function sendEncoded(encoding: string, body: Uint8Array): Promise<HttpResponse> {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': encoding }
    return send(door.port, { headers, body })
  }

  // One small enough to be decompressed on the spot, and one that is not.
  const small = makePayload(2)
  const large = makePayload(3000)

  const codings: [string, (bytes: Uint8Array) => Buffer][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['gzip, identity', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes) => Buffer.from(bytes)],
    ['', (bytes) => Buffer.from(bytes)],
  ]
  for (const [encoding, compress] of codings) {
    test(`"${encoding}" is undone`, async () => {
      for (const payload of [small, large]) {
        assert.equal((await sendEncoded(encoding, compress(payload))).status, 200)
        assert.deepEqual(Buffer.from(door.appender.payloads.at(-1)!.bytes), payload)
      }
    })
  }

  test('JSON may be compressed too', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const response = await send(door.port, { headers, body: gzipSync(jsonPayload) })
    assert.equal(response.status, 200)
    assert.equal(response.body.toString(), '{}')
  })

  for (const encoding of ['br', 'invalid', 'gzip, gzip', 'gzip, zstd']) {
    test(`"${encoding}" is refused with 400, naming what is supported`, async () => {
      const response = await sendEncoded(encoding, brotliCompressSync(small))
      assert.equal(response.status, 400)
      assert.match(decodeStatus(response.body).message, /unsupported Content-Encoding.*gzip, deflate, zstd/)
      assert.equal(response.headers['accept-encoding'], 'gzip, deflate, zstd')
    })
  }

  // The payloads differ in whether they take the short way or the way over a thread.
  for (const [size, payload] of [
    ['small', small],
    ['large', large],
  ] as const) {
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['zstd', zstdCompressSync],
    ] as const) {
      const compressed = compress(payload)
      const damaged: [string, Uint8Array][] = [
        ['bytes that are not compressed', payload],
        ['nothing', Buffer.alloc(0)],
        ['a cut end', compressed.subarray(0, -2)],
        ['only its first bytes', compressed.subarray(0, 5)],
        ['garbage after its end', Buffer.concat([compressed, Buffer.from('garbage')])],
        ['zeros after its end', Buffer.concat([compressed, Buffer.alloc(7)])],
        ['a second part cut short', Buffer.concat([compressed, compressed.subarray(0, -3)])],
      ]
      for (const [what, body] of damaged) {
        test(`${size} ${encoding} with ${what} is refused with 400`, async () => {
          const response = await sendEncoded(encoding, body)
          assert.equal(response.status, 400)
          assert.equal(decodeStatus(response.body).code, 3)
          assert.match(decodeStatus(response.body).message, new RegExp(`not valid ${encoding}`))
          assert.equal(door.appender.payloads.length, 0)
        })
      }
    }
    test(`${size} gzip members and zstd frames in a row are one body`, async () => {
      const half = Math.floor(payload.length / 2)
      const parts = [payload.subarray(0, half), payload.subarray(half)]
      for (const [encoding, compress] of [
        ['gzip', gzipSync],
        ['zstd', zstdCompressSync],
      ] as const) {
        const body = Buffer.concat(parts.map((part) => compress(part)))
        assert.equal((await sendEncoded(encoding, body)).status, 200)
        assert.deepEqual(Buffer.from(door.appender.payloads.at(-1)!.bytes), payload)
      }
    })
  }

  test('gzip within gzip is malformed, as it says only one', async () => {
    const response = await sendEncoded('gzip', gzipSync(gzipSync(small)))
    assert.equal(response.status, 400)
    assert.equal(decodeStatus(response.body).code, 3)
  })

  test('a bomb is stopped at the limit with 413, however small it is', async () => {
    const zeros = Buffer.alloc(64 * mebibyte)
    for (const [encoding, bomb] of [
      ['gzip', gzipSync(zeros)],
      ['deflate', deflateSync(zeros)],
      ['zstd', zstdCompressSync(zeros)],
    ] as const) {
      const response = await sendEncoded(encoding, bomb)
      assert.equal(response.status, 413)
      assert.equal(response.headers['retry-after'], undefined)
      assert.match(
        decodeStatus(response.body).message,
        /decompressed body is larger than the limit of 1048576/,
      )
    }
  })

  test('a body of the limit is taken, one byte more is not, raw or decompressed', async () => {
    // An unknown field of the wanted length: valid, and without spans.
    const filler = (bytes: number): Buffer => {
      const field = Buffer.alloc(bytes)
      field.set([0xfa, 0x3f])
      let rest = bytes - 5
      for (let i = 2; i < 5; i++, rest >>>= 7) field[i] = (rest & 0x7f) | (i < 4 ? 0x80 : 0)
      return field
    }
    assert.equal((await send(door.port, { body: filler(mebibyte) })).status, 200)
    assert.equal((await sendEncoded('gzip', gzipSync(filler(mebibyte)))).status, 200)
    assert.equal((await send(door.port, { body: filler(mebibyte + 1) })).status, 413)
    assert.equal((await sendEncoded('gzip', gzipSync(filler(mebibyte + 1)))).status, 413)
  })

  test('a frame that asks for a window of more than 8 MiB is refused', async () => {
    // Magic, a descriptor without content size, and a window descriptor of 2^27; RFC 8878 3.1.1.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3, 0x01, 0x00, 0x00])
    const response = await sendEncoded('zstd', frame)
    assert.equal(response.status, 400)
    assert.match(decodeStatus(response.body).message, /not valid zstd/)
  })

  test('many at once come out right', async () => {
    const responses = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        sendEncoded(i % 2 ? 'gzip' : 'zstd', (i % 2 ? gzipSync : zstdCompressSync)(large)),
      ),
    )
    assert.ok(responses.every((response) => response.status === 200))
  })
})

test('what decompresses beyond the byte budget is refused with 503, and the budget recovers', async () => {
  await using door = await openTestHttp({ budgetBytes: 200_000 })
  const payload = makePayload(3000)
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
  const response = await send(door.port, { headers, body: gzipSync(payload) })
  assert.equal(response.status, 503)
  assert.equal(response.headers['retry-after'], '1')
  assert.equal(decodeStatus(response.body).code, 14)
  assert.equal(door.budget.reservedBytes, 0)
  assert.equal((await send(door.port, { headers, body: gzipSync(makePayload(2)) })).status, 200)
})
