import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { defaultPace } from './delivery-options.ts'
import { openDelivery, type Delivery, type DeliveryTarget } from './delivery.ts'
import { grpcTarget, httpTarget, startGrpcServer, startHttpServer, type HttpAnswer } from './test-server.ts'
import { atEnd, until } from './test-stage.ts'

const greeting = { 'holdfast-version': '0.1.0' }

function open(t: TestContext, target: DeliveryTarget): Delivery {
  const delivery = openDelivery(
    { name: 'test', target, serialize: () => Buffer.from('spans'), spoolDir: undefined },
    { ...defaultPace, backoff: { firstMs: 1, maxMs: 5 }, flushGraceMs: 0, drainMs: 0 },
  )
  atEnd(t, () => delivery.shutdown())
  return delivery
}

function take(delivery: Delivery): void {
  delivery.export([{ name: 'a' }] as ReadableSpan[], () => undefined)
}

/** Asks until the answer is this one. */
function learn(delivery: Delivery, name: Delivery['server']): Promise<void> {
  return until(() => {
    delivery.askServer()
    return delivery.server === name
  })
}

test('it asks with a request that has no spans, one at a time, which is in no counts', async (t) => {
  const answers: HttpAnswer[] = [{ status: 503 }, { status: 200, headers: greeting }]
  const server = await startHttpServer(t, (_, index) => answers[index] ?? { status: 200 })
  const delivery = open(t, httpTarget(server.url, { protocol: 'http/json' }))
  assert.equal(delivery.server, 'unknown')
  delivery.askServer()
  delivery.askServer()
  await learn(delivery, 'holdfast')
  assert.deepEqual(
    server.taken.map(({ body }) => JSON.parse(body.toString()) as unknown),
    [{ resourceSpans: [] }, { resourceSpans: [] }],
  )
  const { taken, delivered, rejected, lastError } = delivery.counts
  assert.deepEqual([taken, delivered, rejected, lastError], [0, 0, 0, undefined])
})

test('over gRPC the request is an empty message', async (t) => {
  const server = await startGrpcServer(t, () => Buffer.alloc(0))
  const delivery = open(t, grpcTarget(server.url))
  await learn(delivery, 'other')
  assert.equal(server.taken[0]?.body.length, 0)
})

test('the answer to spans tells as well, and the newest counts: another server may come to the address', async (t) => {
  let answer: HttpAnswer = { status: 200, headers: greeting }
  const server = await startHttpServer(t, () => answer)
  const delivery = open(t, httpTarget(server.url))
  take(delivery)
  await until(() => delivery.server === 'holdfast')
  answer = { status: 400 }
  take(delivery)
  await until(() => delivery.counts.rejected === 1)
  assert.equal(delivery.server, 'holdfast', 'a refusal of spans says nothing of who refuses')
  answer = { status: 503 }
  take(delivery)
  await until(() => delivery.server === 'unknown')
  answer = { status: 200 }
  await until(() => delivery.server === 'other')
})

test('a server that refuses to be asked is another', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 400 }))
  const delivery = open(t, httpTarget(server.url))
  await learn(delivery, 'other')
  assert.equal(delivery.counts.rejected, 0)
})

test('it does not ask while spans wait, whose answer will tell', async (t) => {
  const server = await startHttpServer(t, () => 'hang')
  const delivery = open(t, httpTarget(server.url, { timeoutMs: 1000 }))
  take(delivery)
  delivery.askServer()
  await until(() => server.taken.length > 0)
  assert.deepEqual(
    server.taken.map(({ body }) => body.toString()),
    ['spans'],
  )
})

test('a copy that failed does not end the copies: the next may be sent when nothing else waits', async (t) => {
  const server = await startHttpServer(t, (_, index) => ({ status: index === 0 ? 503 : 200 }))
  const delivery = open(t, httpTarget(server.url))
  await until(() => {
    if (server.taken.length < 2) delivery.sendBestEffort([{ name: 'a' }] as ReadableSpan[])
    return server.taken.length >= 2 && delivery.server === 'other'
  })
})
