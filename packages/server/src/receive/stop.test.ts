// What clients hear while the server stops: an answer, never a lost acknowledgement.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { status as grpcStatus } from '@grpc/grpc-js'
import {
  call,
  callOn,
  decodeStatus,
  exportPath,
  makePayload,
  openClient,
  openTestGrpc,
  openTestHttp,
  send,
  statusIn,
} from './test-receiver.ts'

interface KeptAliveAnswer {
  status: number
  connection: string | undefined
  retryAfter: string | undefined
  body: Buffer
}

function sendOn(agent: Agent, port: number, body: Buffer): Promise<KeptAliveAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
    const options = { agent, port, host: '127.0.0.1', path: '/v1/traces', method: 'POST', headers }
    const req = request(options, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () =>
        resolve({
          status: res.statusCode!,
          connection: res.headers.connection,
          retryAfter: res.headers['retry-after'],
          body: Buffer.concat(chunks),
        }),
      )
    })
    req.on('error', reject)
    req.end(body)
  })
}

describe('a stopping HTTP door', () => {
  test('finishes what had arrived, refuses what comes on open connections, and takes no new ones', async () => {
    await using door = await openTestHttp()
    const idle = new Agent({ keepAlive: true, maxSockets: 1 })
    await sendOn(idle, door.port, makePayload())
    const release = door.appender.hold()
    const accepted = sendOn(new Agent({ keepAlive: true }), door.port, makePayload())
    await door.appender.atLeast(2)

    let isStopped = false
    const stopped = door.stopAccepting().then(() => (isStopped = true))
    const late = await sendOn(idle, door.port, makePayload())
    assert.equal(late.status, 503)
    assert.equal(late.connection, 'close')
    assert.equal(late.retryAfter, '1')
    assert.equal(decodeStatus(late.body).code, 14)
    await assert.rejects(send(door.port, { body: makePayload() }), { code: 'ECONNREFUSED' })
    assert.equal(isStopped, false, 'a payload still waits for its commit')

    release()
    const answer = await accepted
    assert.equal(answer.status, 200)
    assert.equal(answer.connection, 'close')
    await stopped
    assert.equal(door.appender.payloads.length, 2)
    assert.equal(door.budget.reservedBytes, 0)
  })

  test('refuses a request whose body has not all arrived', async () => {
    await using door = await openTestHttp()
    const socket = connect(door.port, '127.0.0.1')
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n',
    )
    await once(socket, 'data')
    await door.stopAccepting()
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 503 [^]*Connection: close/)
    assert.equal(door.budget.reservedBytes, 0)
    socket.destroy()
  })

  test('closes connections that nobody ends', async () => {
    const door = await openTestHttp()
    const socket = connect(door.port, '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket.resume(), 'close')
    await door.close()
    await closed
    await door.close()
  })
})

describe('a stopping gRPC door', () => {
  test('finishes what had arrived, refuses what comes on open connections, and takes no new ones', async () => {
    await using door = await openTestGrpc()
    const client = openClient(door.port)
    await callOn(client, makePayload())
    const release = door.appender.hold()
    const accepted = callOn(client, makePayload())
    await door.appender.atLeast(2)

    let isStopped = false
    const stopped = door.stopAccepting().then(() => (isStopped = true))
    const late = await callOn(client, makePayload())
    assert.equal(late.error!.code, grpcStatus.UNAVAILABLE)
    assert.match(late.error!.details, /stopping/)
    assert.equal(statusIn(late.error!.metadata).details[0]!.type, 'RetryInfo')
    assert.equal((await call(door.port, makePayload())).error!.code, grpcStatus.UNAVAILABLE)
    assert.equal(isStopped, false, 'a payload still waits for its commit')

    release()
    assert.equal((await accepted).error, null)
    await stopped
    assert.equal(door.appender.payloads.length, 2)
    assert.equal(door.budget.reservedBytes, 0)
    client.close()
  })

  test('refuses a call whose message has not all arrived', async () => {
    await using door = await openTestGrpc()
    const session = connectHttp2(`http://127.0.0.1:${door.port}`)
    const headers = {
      ':method': 'POST',
      ':path': exportPath,
      'content-type': 'application/grpc',
      te: 'trailers',
    }
    const stream = session.request(headers)
    stream.write(Buffer.from([0, 0, 0, 1, 0, 0]))
    while (door.budget.reservedBytes === 0) await new Promise(setImmediate)
    const response = once(stream, 'response') as Promise<[Record<string, string>]>
    await door.stopAccepting()
    assert.equal(Number((await response)[0]['grpc-status']), grpcStatus.UNAVAILABLE)
    assert.equal(door.budget.reservedBytes, 0)
    session.destroy()
  })

  test('closes connections that nobody ends, also silent ones', async () => {
    const door = await openTestGrpc()
    const client = openClient(door.port)
    await callOn(client, makePayload())
    const socket = connect(door.port, '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket.resume(), 'close')
    await door.close()
    await closed
    client.close()
    await door.close()
  })
})
