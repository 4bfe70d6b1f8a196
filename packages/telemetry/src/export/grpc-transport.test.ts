import * as grpc from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { DeliveryTarget } from './delivery-target.ts'
import type { ExportRequest } from './export-request.ts'
import { GrpcTransport } from './grpc-transport.ts'
import { encodePartialSuccess, encodeRetryInfo, grpcTarget, startGrpcServer } from './test-server.ts'
import { atEnd } from './test-stage.ts'

const request: ExportRequest = { bytes: Buffer.from('spans'), spanCount: 3, encoding: 'protobuf' }
const delivered = { kind: 'delivered', rejectedSpans: 0, message: '' }
const empty = Buffer.alloc(0)

function open(t: TestContext, target: DeliveryTarget): GrpcTransport {
  const transport = new GrpcTransport(target)
  atEnd(t, () => transport.close())
  return transport
}

function withRetryInfo(seconds: number, nanos = 0): grpc.Metadata {
  const metadata = new grpc.Metadata()
  metadata.set('grpc-status-details-bin', encodeRetryInfo('wait', seconds, nanos))
  return metadata
}

test('the codes that OTLP calls retryable are retried, the others are final', async (t) => {
  let code: grpc.status = 0
  const server = await startGrpcServer(t, () => ({ code, details: 'why' }))
  const transport = open(t, grpcTarget(server.url))
  const retryable = [1, 4, 10, 11, 14, 15]
  for (code = 1; code <= 16; code++) {
    const outcome = await transport.send(request)
    assert.equal(outcome.kind, retryable.includes(code) ? 'retry' : 'refused', grpc.status[code])
    assert.equal('reason' in outcome && outcome.reason, `${grpc.status[code]}: why`)
  }
  assert.equal(server.taken.length, 16)
})

test('a server that says so is known to be Holdfast', async (t) => {
  const initial = new grpc.Metadata()
  initial.set('holdfast-version', '9.9.9')
  const server = await startGrpcServer(t, (_, index) => (index === 0 ? empty : { answer: empty, initial }))
  const transport = open(t, grpcTarget(server.url))
  assert.deepEqual(await transport.send(request), delivered)
  assert.deepEqual(await transport.send(request), { ...delivered, isHoldfast: true })
})

test('RetryInfo is honoured, and makes RESOURCE_EXHAUSTED retryable, but no other code', async (t) => {
  const answers = [
    { code: grpc.status.UNAVAILABLE, metadata: withRetryInfo(3, 500_000_000) },
    { code: grpc.status.RESOURCE_EXHAUSTED, metadata: withRetryInfo(0) },
    { code: grpc.status.INVALID_ARGUMENT, metadata: withRetryInfo(1) },
  ]
  const server = await startGrpcServer(t, (_, index) => answers[index] ?? empty)
  const transport = open(t, grpcTarget(server.url))
  assert.deepEqual(await transport.send(request), { kind: 'retry', reason: 'UNAVAILABLE: ', afterMs: 3_500 })
  assert.deepEqual(await transport.send(request), {
    kind: 'retry',
    reason: 'RESOURCE_EXHAUSTED: ',
    afterMs: 0,
  })
  assert.equal((await transport.send(request)).kind, 'refused')
})

test('a request carries its bytes and the headers asked for each time; a partial success is told', async (t) => {
  const server = await startGrpcServer(t, () => encodePartialSuccess(2, 'no ids'))
  let asked = 0
  const transport = open(t, grpcTarget(server.url, { headers: async () => ({ 'X-Key': String(++asked) }) }))
  for (const key of ['1', '2']) {
    assert.deepEqual(await transport.send(request), {
      kind: 'delivered',
      rejectedSpans: 2,
      message: 'no ids',
    })
    assert.deepEqual(server.taken.at(-1)?.metadata.get('x-key'), [key])
    assert.equal(server.taken.at(-1)?.body.toString(), 'spans')
  }
})

test('gzip on request', async (t) => {
  const server = await startGrpcServer(t, () => empty)
  const transport = open(t, grpcTarget(server.url, { compression: 'gzip' }))
  assert.deepEqual(await transport.send({ ...request, bytes: Buffer.alloc(100_000) }), delivered)
  assert.equal(server.taken[0]?.body.length, 100_000)
})

test('a server that is away or hangs is retried, and its return is noticed by the next attempt', async (t) => {
  const gone = await startGrpcServer(t, () => empty)
  gone.kill()
  const transport = open(t, grpcTarget(gone.url, { timeoutMs: 2_000 }))
  for (let attempt = 0; attempt < 3; attempt++) assert.equal((await transport.send(request)).kind, 'retry')
  await startGrpcServer(t, () => empty, gone.port)
  assert.deepEqual(await transport.send(request), delivered)

  const hanging = await startGrpcServer(t, () => 'hang')
  const outcome = await open(t, grpcTarget(hanging.url, { timeoutMs: 100 })).send(request)
  assert.match(outcome.kind === 'retry' ? outcome.reason : outcome.kind, /^DEADLINE_EXCEEDED/)
})

test('a server that is killed during a call is retried', async (t) => {
  const server = await startGrpcServer(t, () => 'hang')
  const transport = open(t, grpcTarget(server.url))
  const sent = transport.send(request)
  while (server.taken.length === 0) await new Promise(setImmediate)
  server.kill()
  assert.equal((await sent).kind, 'retry')
})

test('a stream that ends without a status is no answer of the server: it is retried', async (t) => {
  for (const rstCode of Object.entries(http2.constants).filter(([name]) =>
    /^NGHTTP2_(NO|INTERNAL|PROTOCOL|FLOW_CONTROL)_ERROR$|^NGHTTP2_(CANCEL|REFUSED_STREAM|ENHANCE_YOUR_CALM)$/.test(
      name,
    ),
  )) {
    const server = http2.createServer()
    server.on('stream', (stream) => {
      stream.on('error', () => stream.destroy())
      stream.resume()
      stream.close(rstCode[1] as number)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    atEnd(t, () => server.close())
    const { port } = server.address() as AddressInfo
    const outcome = await open(t, grpcTarget(`http://127.0.0.1:${port}`)).send(request)
    assert.equal(outcome.kind, 'retry', `${rstCode[0]} ${JSON.stringify(outcome)}`)
  }
})
