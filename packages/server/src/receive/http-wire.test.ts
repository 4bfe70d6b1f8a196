// What only a client that writes its own bytes can do to the HTTP door.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import {
  decodeStatus,
  jsonPayload,
  makePayload,
  openTestHttp,
  send,
  sendRaw,
  type TestDoor,
} from './test-receiver.ts'
import { overheadBytes } from './reservation.ts'

const head = 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** Resolves with what has come as soon as it matches. */
async function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let received = ''
  while (!pattern.test(received)) received += String((await once(socket, 'data'))[0])
  return received
}

async function codes(door: TestDoor): Promise<string[]> {
  return (await door.log.atLeast(1)).map(({ code }) => code)
}

describe('the size of a body', () => {
  test('is refused by its Content-Length before a byte of it is read', async () => {
    await using door = await openTestHttp({ maxPayloadBytes: 1000 })
    const socket = await open(door.port)
    socket.write(`${head}Content-Length: 1000000\r\n\r\n`)
    const received = await readUntil(socket, /limit of 1000 bytes/)
    assert.match(received, /^HTTP\/1\.1 413 /)
    assert.match(received, /Connection: close/)
    assert.equal(door.budget.reservedBytes, 0)
    socket.destroy()
  })

  test('is refused while it arrives when it is chunked, and the client still gets to read why', async () => {
    await using door = await openTestHttp({ maxPayloadBytes: 1000 })
    const chunk = `${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`
    const received = await sendRaw(
      door.port,
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      chunk,
      chunk,
      '0\r\n\r\n',
    )
    assert.match(received, /^HTTP\/1\.1 413 /)
    assert.match(received, /limit of 1000 bytes/)
    assert.equal(door.budget.reservedBytes, 0)
  })

  test('is not read to its end when it has none', async () => {
    await using door = await openTestHttp({ maxPayloadBytes: 1000 })
    const socket = await open(door.port)
    socket.on('error', () => undefined)
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    const endless = setInterval(() => socket.write(`3e8\r\n${'x'.repeat(1000)}\r\n`), 1)
    await once(socket.resume(), 'close')
    clearInterval(endless)
    assert.equal(door.log.answers[0]!.code, 'too_large')
  })

  test('needs room in the budget: 503 with Retry-After, declared or chunked', async () => {
    await using door = await openTestHttp({ budgetBytes: 100 })
    const body = makePayload(5)
    const declared = await send(door.port, {
      body,
      headers: { 'content-type': 'application/x-protobuf', 'content-length': String(body.length) },
    })
    const chunked = await send(door.port, {
      body,
      headers: { 'content-type': 'application/x-protobuf', 'transfer-encoding': 'chunked' },
    })
    for (const response of [declared, chunked]) {
      assert.equal(response.status, 503)
      assert.equal(response.headers['retry-after'], '1')
      assert.equal(decodeStatus(response.body).details[0]!.type, 'RetryInfo')
    }
    assert.equal(door.budget.reservedBytes, 0)
  })

  test('is reserved from the declared length on', async () => {
    await using door = await openTestHttp()
    const socket = await open(door.port)
    socket.write(`${head}Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n`)
    await readUntil(socket, /100 Continue/)
    assert.equal(door.budget.reservedBytes, 5000 + overheadBytes)
    socket.destroy()
    await door.log.atLeast(1)
    assert.equal(door.budget.reservedBytes, 0)
  })
})

describe('a request that breaks off', () => {
  for (const [how, framing] of [
    ['with a declared length', 'Content-Length: 100\r\n\r\n{"resource'],
    ['in the middle of a chunk', 'Transfer-Encoding: chunked\r\n\r\n64\r\n{"resource'],
    ['between chunks', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n'],
  ] as const) {
    test(`${how} is not appended, and leaves nothing behind`, async () => {
      await using door = await openTestHttp()
      const socket = await open(door.port)
      socket.write(`${head}Expect: 100-continue\r\n${framing}`)
      await readUntil(socket, /100 Continue/)
      socket.destroy()
      const [answer] = await door.log.atLeast(1)
      assert.equal(answer!.code, 'aborted')
      assert.equal(door.appender.payloads.length, 0)
      assert.equal(door.budget.reservedBytes, 0)
    })
  }

  test('after the body has arrived is appended all the same', async () => {
    await using door = await openTestHttp()
    const release = door.appender.hold()
    const body = makePayload()
    const socket = await open(door.port)
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    socket.write(body)
    await door.appender.atLeast(1)
    socket.destroy()
    await once(socket, 'close')
    assert.equal(door.budget.reservedBytes, body.length + overheadBytes)
    release()
    const [answer] = await door.log.atLeast(1)
    assert.equal(answer!.code, 'ok')
    assert.equal(door.budget.reservedBytes, 0)
  })
})

describe('framing', () => {
  test('a Content-Length that is too small: what it covers is the body, what follows ends the connection', async () => {
    await using door = await openTestHttp()
    const cases = [
      ['{}garbage that follows\r\n\r\n', /^HTTP\/1\.1 200 [^]*Connection: close\r\n\r\n\{\}$/],
      ['{"resourceSpans":[]}\r\n', /^HTTP\/1\.1 400 [^]*Connection: close\r\n\r\n\{"code":3,.*\}$/],
    ] as const
    for (const [sent, answer] of cases)
      assert.match(await sendRaw(door.port, `${head}Content-Length: 2\r\n\r\n${sent}`), answer)
    assert.deepEqual(await codes(door), ['ok', 'malformed'])
    assert.equal(door.budget.reservedBytes, 0)
  })

  test('a Content-Length beside chunks, and one that is no number, get 400', async () => {
    await using door = await openTestHttp()
    for (const framing of ['Content-Length: 2\r\nTransfer-Encoding: chunked', 'Content-Length: two']) {
      assert.match(await sendRaw(door.port, `${head}${framing}\r\n\r\n{}`), /^HTTP\/1\.1 400 /)
    }
    assert.equal(door.budget.reservedBytes, 0)
  })

  test('bytes that are not HTTP get 400, and the door lives on', async () => {
    await using door = await openTestHttp()
    assert.match(
      await sendRaw(door.port, Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 0x0d, 0x0a])),
      /^HTTP\/1\.1 400 /,
    )
    assert.match(await sendRaw(door.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), /^HTTP\/1\.1 (400|404) /)
    assert.equal((await send(door.port, { body: makePayload() })).status, 200)
  })

  test('a request without a body is an empty export in protobuf, and no JSON', async () => {
    await using door = await openTestHttp()
    const bare = `${head}Connection: close\r\n\r\n`
    assert.match(await sendRaw(door.port, bare), /^HTTP\/1\.1 400 /)
    assert.match(await sendRaw(door.port, bare.replace('json', 'x-protobuf')), /^HTTP\/1\.1 200 /)
  })
})

describe('Expect: 100-continue', () => {
  test('is answered, then the body is taken', async () => {
    await using door = await openTestHttp()
    const socket = await open(door.port)
    socket.write(`${head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`)
    await readUntil(socket, /100 Continue\r\n\r\n/)
    socket.write('{}')
    assert.match(await readUntil(socket, /\{\}$/), /^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  test('is not answered for a body that would be refused', async () => {
    await using door = await openTestHttp({ maxPayloadBytes: 1000 })
    for (const [headers, status] of [
      ['Content-Type: application/json\r\nContent-Length: 100000\r\n', 413],
      ['Content-Type: text/plain\r\nContent-Length: 100000\r\n', 415],
      ['Content-Type: application/json\r\nContent-Encoding: br\r\nContent-Length: 100000\r\n', 400],
    ] as const) {
      const socket = await open(door.port)
      socket.write(`POST /v1/traces HTTP/1.1\r\nHost: x\r\n${headers}Expect: 100-continue\r\n\r\n`)
      const received = await readUntil(socket, /\r\n\r\n./)
      assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} `))
      assert.match(received, /Connection: close/)
      socket.destroy()
    }
  })
})

describe('a client that takes its time', () => {
  const timeouts = { headersTimeout: 40, requestTimeout: 40, connectionsCheckingInterval: 10 }

  test('over its headers is told to come back', async () => {
    await using door = await openTestHttp({ timeouts })
    const received = await sendRaw(door.port, 'POST /v1/traces HTTP/1.1\r\nHost:')
    assert.match(received, /^HTTP\/1\.1 503 [^]*Retry-After: 5\r\n/)
    const status = decodeStatus(Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1'))
    assert.equal(status.details[0]!.type, 'RetryInfo')
    assert.deepEqual(await codes(door), ['too_slow'])
  })

  test('over its body is told to come back, and its bytes go back to the budget', async () => {
    await using door = await openTestHttp({ timeouts })
    const socket = await open(door.port)
    socket.write(`${head}Content-Length: 5000\r\n\r\n{`)
    const received = await readUntil(socket, /\r\n\r\n\{.*\}$/)
    assert.match(received, /^HTTP\/1\.1 503 [^]*Connection: close\r\n/)
    assert.match(received, /Retry-After: 5\r\n/)
    const { message, details } = JSON.parse(received.slice(received.indexOf('\r\n\r\n')))
    assert.match(message, /the request did not arrive in time; nothing was stored, send the payload again/)
    assert.equal(details[0].retryDelay, '5s')
    assert.deepEqual(await codes(door), ['too_slow'])
    assert.equal(door.appender.payloads.length, 0)
    assert.equal(door.budget.reservedBytes, 0)
    socket.destroy()
  })
})

describe('the body of an answer to what is not a request', () => {
  test('is a google.rpc.Status in protobuf: for bytes that are not HTTP and for a head that is too large', async () => {
    await using door = await openTestHttp()
    const cases = [
      ['nonsense\r\n\r\n', 400, 3, 'malformed'],
      [`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 8, 'head_too_large'],
    ] as const
    for (const [bytes, http, code, counted] of cases) {
      const received = await sendRaw(door.port, bytes)
      assert.match(received, new RegExp(`^HTTP/1\\.1 ${http} [^]*Content-Type: application/x-protobuf\r\n`))
      const status = decodeStatus(Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1'))
      assert.equal(status.code, code)
      assert.doesNotMatch(status.message, /nonsense/)
      assert.equal((await codes(door)).at(-1), counted)
    }
  })

  test('is in the encoding of the request when its chunks are broken', async () => {
    await using door = await openTestHttp()
    const socket = await open(door.port)
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nnonsense\r\n`)
    const received = await readUntil(socket, /\r\n\r\n\{.*\}$/)
    assert.match(received, /^HTTP\/1\.1 400 [^]*Content-Type: application\/json\r\n/)
    assert.equal(JSON.parse(received.slice(received.indexOf('\r\n\r\n'))).code, 3)
    assert.deepEqual(await codes(door), ['malformed'])
    assert.equal(door.budget.reservedBytes, 0)
    socket.destroy()
  })

  test('does not come before the answer to a request that waits for its commit', async () => {
    await using door = await openTestHttp()
    const release = door.appender.hold()
    const received = sendRaw(
      door.port,
      `${head}Content-Length: ${jsonPayload.length}\r\n\r\n${jsonPayload}`,
      'nonsense\r\n\r\n',
    )
    await door.appender.atLeast(1)
    // Another connection goes the whole way meanwhile.
    await send(door.port, { body: '' })
    release()
    assert.match(await received, /^HTTP\/1\.1 200 [^]*Connection: close\r\n[^]*\{\}$/)
  })
})
