import assert from 'node:assert/strict'
import net from 'node:net'
import { test, type TestContext } from 'node:test'
import type { DeliveryTarget } from './delivery-target.ts'
import type { ExportRequest } from './export-request.ts'
import { HttpTransport } from './http-transport.ts'
import { maxAskedWaitMs } from './outcome.ts'
import {
  encodePartialSuccess,
  encodeRetryInfo,
  httpTarget,
  startAndStopHttpServer,
  startHttpServer,
} from './test-server.ts'
import { atEnd } from './test-stage.ts'

const request: ExportRequest = { bytes: Buffer.from('spans'), spanCount: 3, encoding: 'protobuf' }
const delivered = { kind: 'delivered', rejectedSpans: 0, message: '' }

function open(t: TestContext, target: DeliveryTarget): HttpTransport {
  const transport = new HttpTransport(target)
  atEnd(t, () => transport.close())
  return transport
}

test('429, 502, 503 and 504 are retried, every other error is final, as OTLP prescribes', async (t) => {
  let status = 0
  const server = await startHttpServer(t, () => ({ status }))
  const transport = open(t, httpTarget(server.url))
  for (status of [400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 422, 425, 429, 431, 451]) {
    assert.equal((await transport.send(request)).kind, status === 429 ? 'retry' : 'refused', `HTTP ${status}`)
  }
  for (status of [500, 501, 502, 503, 504, 505, 507, 508, 511, 599]) {
    const isRetried = [502, 503, 504].includes(status)
    assert.equal((await transport.send(request)).kind, isRetried ? 'retry' : 'refused', `HTTP ${status}`)
  }
  for (status of [300, 301, 302, 307, 308]) {
    assert.equal((await transport.send(request)).kind, 'refused', `HTTP ${status}`)
  }
})

test('a request carries its bytes, its type, the headers asked for each time, and a length', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 200 }))
  let asked = 0
  const headers = async () => ({ authorization: `Bearer ${++asked}`, 'Content-Type': 'text/plain' })
  const transport = open(t, httpTarget(server.url, { headers }))
  assert.deepEqual(await transport.send(request), delivered)
  assert.deepEqual(await transport.send({ ...request, encoding: 'json' }), delivered)
  const [first, second] = server.taken
  assert.equal(first?.body.toString(), 'spans')
  assert.equal(first?.headers['content-type'], 'application/x-protobuf')
  assert.equal(first?.headers['content-length'], '5')
  assert.match(first?.headers['user-agent'] ?? '', /^Holdfast/)
  assert.deepEqual([first?.headers.authorization, second?.headers.authorization], ['Bearer 1', 'Bearer 2'])
  assert.equal(second?.headers['content-type'], 'application/json')
  assert.equal(server.connectionCount(), 1, 'the connection is kept')
})

test('a server that says so is known to be Holdfast', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 200, headers: { 'Holdfast-Version': '9.9.9' } }))
  const transport = open(t, httpTarget(server.url))
  assert.deepEqual(await transport.send(request), { ...delivered, isHoldfast: true })
})

test('gzip on request', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 200 }))
  const transport = open(t, httpTarget(server.url, { compression: 'gzip' }))
  assert.deepEqual(await transport.send(request), delivered)
  assert.equal(server.taken[0]?.headers['content-encoding'], 'gzip')
  assert.equal(server.taken[0]?.body.toString(), 'spans')
})

test('a partial success tells how many spans were rejected and why, in protobuf and in JSON', async (t) => {
  const json = JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'no\nids' } })
  const answers = [
    { status: 200, body: encodePartialSuccess(2, 'no ids') },
    { status: 200, headers: { 'content-type': 'application/json' }, body: json },
    { status: 200, headers: { 'content-type': 'application/x-protobuf' }, body: json }, // some servers mislabel it
  ]
  const server = await startHttpServer(t, (_, index) => answers[index] ?? { status: 500 })
  const transport = open(t, httpTarget(server.url))
  for (const _ of answers) {
    assert.deepEqual(await transport.send(request), {
      kind: 'delivered',
      rejectedSpans: 2,
      message: 'no ids',
    })
  }
})

test('whatever the body of a 200 says, the request was taken', async (t) => {
  const bodies = [
    '',
    '{}',
    '{"partialSuccess":null}',
    'null',
    '<html>',
    '{"partialSuccess":{"rejectedSpans":-1}}',
    'ok',
  ]
  const server = await startHttpServer(t, (_, index) => ({ status: 200, body: bodies[index] ?? '' }))
  const transport = open(t, httpTarget(server.url))
  for (const body of bodies) assert.deepEqual(await transport.send(request), delivered, body)
})

test('Retry-After is honoured in seconds and as a date by the clock of the server, up to a bound', async (t) => {
  const date = 'Mon, 23 Nov 2026 10:00:00 GMT'
  const waits: [string, number | undefined][] = [
    ['7', 7_000],
    ['0', 0],
    ['Mon, 23 Nov 2026 10:00:09 GMT', 9_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['Mon, 23 Nov 2036 09:00:00 GMT', maxAskedWaitMs],
    ['99999999', maxAskedWaitMs],
    ['soon', undefined],
    ['-1', undefined],
  ]
  const server = await startHttpServer(t, (_, index) => ({
    status: 503,
    headers: { date, 'retry-after': waits[index]?.[0] },
  }))
  const transport = open(t, httpTarget(server.url))
  for (const [text, wanted] of waits) {
    const outcome = await transport.send(request)
    assert.equal(outcome.kind === 'retry' && outcome.afterMs, wanted, text)
  }
})

test('the reason of a refusal is the status and the message of google.rpc.Status, on one line and bounded', async (t) => {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const answers = [
    { status: 400, body: encodeRetryInfo('bad span', 1) },
    { status: 400, headers: json, body: JSON.stringify({ code: 3, message: `bad\r\n${'x'.repeat(500)}` }) },
    { status: 422, headers: json, body: JSON.stringify({ detail: [{ input: 'what a span held' }] }) },
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>nothing here' },
  ]
  const server = await startHttpServer(t, (_, index) => answers[index] ?? { status: 500 })
  const transport = open(t, httpTarget(server.url))
  assert.deepEqual(await transport.send(request), { kind: 'refused', reason: 'HTTP 400: bad span' })
  const long = await transport.send(request)
  assert.equal(long.kind === 'refused' && long.reason, `HTTP 400: bad ${'x'.repeat(196)}…`)
  assert.deepEqual(await transport.send(request), { kind: 'refused', reason: 'HTTP 422' })
  assert.deepEqual(await transport.send(request), { kind: 'refused', reason: 'HTTP 404' })
})

test('a server that is away, hangs, hangs up, or speaks no HTTP is retried', async (t) => {
  const closed = await startAndStopHttpServer(t)
  assert.deepEqual(await open(t, httpTarget(closed.url)).send(request), {
    kind: 'retry',
    reason: 'ECONNREFUSED',
  })

  const hanging = await startHttpServer(t, () => 'hang')
  const slow = await open(t, httpTarget(hanging.url, { timeoutMs: 100 })).send(request)
  assert.deepEqual(slow, { kind: 'retry', reason: 'no answer within 100 ms' })

  const cutting = await startHttpServer(t, () => 'cut')
  assert.equal((await open(t, httpTarget(cutting.url)).send(request)).kind, 'retry')

  const stranger = net.createServer((socket) =>
    socket.on('error', () => socket.destroy()).end('SSH-2.0-nobody\r\n'),
  )
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  atEnd(t, () => stranger.close())
  const { port } = stranger.address() as net.AddressInfo
  assert.equal((await open(t, httpTarget(`http://127.0.0.1:${port}/`)).send(request)).kind, 'retry')
})

test('an idle connection that the server closed costs nothing: the request goes over a new one', async (t) => {
  const first = await startHttpServer(t, () => ({ status: 200 }))
  const transport = open(t, httpTarget(first.url))
  assert.deepEqual(await transport.send(request), delivered)
  const sent = transport.send(request) // takes the kept connection before it hears of its end
  await first.close()
  await startHttpServer(t, () => ({ status: 200 }), first.port)
  assert.deepEqual(await sent, delivered)
})

test('headers that cannot be had now, or never come, or cannot be sent, are retried', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 200 }))
  const failing = httpTarget(server.url, {
    headers: () => Promise.reject(new TypeError('no experiment yet')),
  })
  assert.deepEqual(await open(t, failing).send(request), { kind: 'retry', reason: 'TypeError' })
  const silent = httpTarget(server.url, { headers: () => new Promise(() => {}), timeoutMs: 50 })
  assert.equal((await open(t, silent).send(request)).kind, 'retry')
  const broken = httpTarget(server.url, { headers: async () => ({ 'x-key': 'a\nb' }) })
  assert.deepEqual(await open(t, broken).send(request), { kind: 'retry', reason: 'ERR_INVALID_CHAR' })
})
