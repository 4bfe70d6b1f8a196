import * as grpc from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { DeliveryTarget } from './delivery-target.ts'
import { openTransport } from './open-transport.ts'
import type { Outcome } from './outcome.ts'
import { testAuthority, testCertificate, testKey } from './test-certificates.ts'
import { grpcTarget, httpTarget, startGrpcServer } from './test-server.ts'
import { atEnd } from './test-stage.ts'

const withClient = { ca: testAuthority, cert: testCertificate, key: testKey }

/** Takes only clients that its authority has signed. */
async function startHttpsServer(t: TestContext): Promise<string> {
  const options = { ca: testAuthority, cert: testCertificate, key: testKey, requestCert: true }
  const server = https.createServer(options, (request, response) =>
    request.resume().on('end', () => response.end()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => void server.close())
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
}

function send(t: TestContext, target: DeliveryTarget): Promise<Outcome> {
  const transport = openTransport(target)
  atEnd(t, () => transport.close())
  return transport.send({ bytes: Buffer.from('spans'), spanCount: 1, encoding: 'protobuf' })
}

test('HTTP over TLS, with a private authority and a client certificate; a stranger is retried, not fed', async (t) => {
  const url = await startHttpsServer(t)
  assert.equal((await send(t, httpTarget(url, { tls: withClient }))).kind, 'delivered')
  assert.equal((await send(t, httpTarget(url))).kind, 'retry', 'an authority that nobody told us of')
  assert.equal(
    (await send(t, httpTarget(url, { tls: { ca: testAuthority } }))).kind,
    'retry',
    'no client certificate',
  )
})

test('gRPC over TLS, with a private authority and a client certificate; a stranger is retried, not fed', async (t) => {
  const pair = { private_key: Buffer.from(testKey), cert_chain: Buffer.from(testCertificate) }
  const credentials = grpc.ServerCredentials.createSsl(Buffer.from(testAuthority), [pair], true)
  const server = await startGrpcServer(t, () => Buffer.alloc(0), 0, credentials)
  const named = (url: string, tls: DeliveryTarget['tls']): DeliveryTarget =>
    grpcTarget(url, { timeoutMs: 5_000, ...(tls && { tls }) })
  for (const url of [`https://127.0.0.1:${server.port}`, `localhost:${server.port}`])
    assert.equal((await send(t, named(url, withClient))).kind, 'delivered', url)
  const stranger = await send(t, named(`https://127.0.0.1:${server.port}`, undefined))
  assert.equal(stranger.kind, 'retry')
  assert.equal(server.taken.length, 2)
})

test('gRPC without TLS where the address or the settings say so', async (t) => {
  const server = await startGrpcServer(t, () => Buffer.alloc(0))
  assert.equal((await send(t, grpcTarget(server.url))).kind, 'delivered')
  const bare = grpcTarget(`127.0.0.1:${server.port}`, { tls: { insecure: true } })
  assert.equal((await send(t, bare)).kind, 'delivered')
})
