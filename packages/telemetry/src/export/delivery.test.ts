import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { assertBalance, namesIn, open, spooled, take } from './test-delivery.ts'
import {
  encodePartialSuccess,
  grpcTarget,
  httpTarget,
  startGrpcServer,
  startAndStopHttpServer,
  startHttpServer,
  type TakenRequest,
} from './test-server.ts'
import { atEnd, makeFolder, until } from './test-stage.ts'

for (const protocol of ['http/protobuf', 'grpc'] as const) {
  test(`${protocol}: what the server refuses for now arrives in the end, once, and nothing goes to disk when it is quick`, async (t) => {
    const dir = await makeFolder(t)
    const target =
      protocol === 'grpc'
        ? await startGrpcServer(t, (_, index) => (index === 0 ? { code: 14 } : Buffer.alloc(0)))
        : await startHttpServer(t, (_, index) => ({ status: index === 0 ? 503 : 200 }))
    const delivery = open(t, protocol === 'grpc' ? grpcTarget(target.url) : httpTarget(target.url), dir)
    take(delivery, 'a', 'b')
    await until(() => delivery.counts.queuedSpans === 0)
    take(delivery, 'c')
    await delivery.forceFlush()
    assert.deepEqual(namesIn(target.taken), ['a', 'b', 'a', 'b', 'c'])
    assert.equal(delivery.counts.delivered, 3)
    assert.deepEqual(await readdir(dir), [])
    assertBalance(delivery)
  })
}

test('a refusal and a partial success are counted and not sent again', async (t) => {
  const answers = [{ status: 400 }, { status: 200, body: encodePartialSuccess(2, 'ids') }]
  const server = await startHttpServer(t, (_, index) => answers[index] ?? { status: 200 })
  const delivery = open(t, httpTarget(server.url))
  take(delivery, 'a')
  await delivery.forceFlush()
  take(delivery, 'b', 'c', 'd')
  await delivery.forceFlush()
  assert.equal(server.taken.length, 2)
  assert.equal(delivery.counts.rejected, 3)
  assert.equal(delivery.counts.delivered, 1)
  assertBalance(delivery)
})

test('a server that is away: what is taken goes to disk, and is sent from there when it is back', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const delivery = open(t, httpTarget(gone.url), dir)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) take(delivery, name)
  await until(async () => delivery.counts.queuedSpans === 0)
  assert.equal((await spooled(dir)).length, 6)
  assert.equal(delivery.counts.spooled, 6)
  assertBalance(delivery)
  const back = await startHttpServer(t, () => ({ status: 200 }), gone.port)
  await until(() => delivery.counts.replayed === 6)
  assert.deepEqual(namesIn(back.taken).sort(), ['a', 'b', 'c', 'd', 'e', 'f'])
  take(delivery, 'g')
  await delivery.forceFlush()
  assert.equal(delivery.counts.delivered, 1)
  assert.deepEqual(await spooled(dir), [])
})

test('a flush resolves when everything is on disk, at once where the server is away, soon where it is silent', async (t) => {
  const dir = await makeFolder(t)
  const server = await startHttpServer(t, () => 'hang')
  const delivery = open(t, httpTarget(server.url), dir, { pace: { flushGraceMs: 20, drainMs: 0 } })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) take(delivery, name)
  await delivery.forceFlush()
  assert.equal((await spooled(dir)).length, 6)
  // Those under way are kept in memory too: they may be answered yet.
  assert.equal(delivery.counts.queuedSpans, 4)
  assertBalance(delivery)
  await server.close() // cuts the requests off
  await until(() => delivery.counts.queuedSpans === 0)
  assert.equal(delivery.counts.spooled, 6)
  await startHttpServer(t, () => ({ status: 200 }), server.port)
  await until(() => delivery.counts.replayed === 6)
  assert.deepEqual(await spooled(dir), [])
})

test('a copy that a flush wrote goes when the slow answer comes', async (t) => {
  const dir = await makeFolder(t)
  let answer: () => void = () => {}
  const server = await startHttpServer(t, () => new Promise((done) => (answer = () => done({ status: 200 }))))
  const delivery = open(t, httpTarget(server.url), dir, { pace: { flushGraceMs: 20 } })
  take(delivery, 'a')
  await delivery.forceFlush()
  assert.equal((await spooled(dir)).length, 1)
  answer()
  await until(async () => (await spooled(dir)).length === 0)
  assert.equal(delivery.counts.delivered, 1)
  assert.equal(server.taken.length, 1)
  assertBalance(delivery)
})

test('without a disk a flush waits for the server as long as a request may take, and the bounded memory drops the oldest', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 503, headers: { 'retry-after': '600' } }))
  const delivery = open(t, httpTarget(server.url, { timeoutMs: 50 }), undefined, { maxQueueBytes: 3_000 })
  take(delivery, 'first')
  await delivery.forceFlush()
  for (let index = 0; index < 50; index++) take(delivery, `span ${index}`)
  const { dropped, queuedBytes, queuedSpans, taken } = delivery.counts
  assert.ok(queuedBytes <= 3_000)
  assert.equal(taken, 51)
  assert.equal(dropped + queuedSpans, 51)
  assert.ok(dropped > 40)
  await delivery.shutdown()
  assert.equal(delivery.counts.dropped, 51)
  assertBalance(delivery)
})

test('memory that fills up behind a slow server goes to disk before anything is dropped', async (t) => {
  const dir = await makeFolder(t)
  const server = await startHttpServer(t, () => 'hang')
  const delivery = open(t, httpTarget(server.url), dir, {
    maxQueueBytes: 20_000,
    pace: { flushGraceMs: 0, drainMs: 0 },
  })
  for (let index = 0; index < 100; index++) {
    take(delivery, `span ${index}`)
    await until(() => delivery.counts.queuedBytes <= 10_000)
  }
  assert.equal(delivery.counts.dropped, 0)
  assertBalance(delivery)
})

test('at the end of the process everything in memory is written at once, also what is under way, and a later start sends it once', async (t) => {
  const dir = await makeFolder(t)
  const server = await startHttpServer(t, () => 'hang')
  const first = open(t, httpTarget(server.url), dir, { pace: { flushGraceMs: 0, drainMs: 0 } })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) take(first, name)
  await until(() => server.taken.length === 4)
  first.spoolSync()
  assert.equal((await spooled(dir)).length, 6)
  first.spoolSync()
  await first.shutdown()
  assert.equal((await spooled(dir)).length, 6)
  await server.close()

  const back = await startHttpServer(t, () => ({ status: 200 }))
  const second = open(t, httpTarget(back.url), dir)
  await until(async () => (await spooled(dir)).length === 0)
  assert.deepEqual(namesIn(back.taken).sort(), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.equal(second.counts.taken, 0)
})

test('a process that is about to end and does not loses nothing: what is being written or sent meanwhile is on disk once', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const delivery = open(t, httpTarget(gone.url), dir)
  const names = Array.from({ length: 60 }, (_, index) => `span ${index}`)
  for (const [index, name] of names.entries()) {
    take(delivery, name)
    if (index % 5 === 0) void delivery.forceFlush()
    for (let turn = 0; turn < index % 7; turn++) await new Promise(setImmediate)
    if (index % 3 === 0) delivery.spoolSync()
  }
  await until(() => delivery.counts.queuedSpans === 0)
  assertBalance(delivery)
  const back = await startHttpServer(t, () => ({ status: 200 }), gone.port)
  await until(() => delivery.counts.replayed + delivery.counts.delivered === 60)
  assert.deepEqual(namesIn(back.taken).sort(), [...names].sort())
})

test('a shutdown goes on with the spool, and what comes after it is counted', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const first = open(t, httpTarget(gone.url), dir)
  for (let index = 0; index < 20; index++) take(first, `span ${index}`)
  await first.shutdown()
  assert.equal((await spooled(dir)).length, 20)
  take(first, 'late')
  first.sendBestEffort([{ name: 'late' }] as ReadableSpan[])
  assert.equal(first.counts.dropped, 1)
  assertBalance(first)

  const back = await startHttpServer(t, () => ({ status: 200 }), gone.port)
  const second = open(t, httpTarget(back.url), dir)
  await second.shutdown()
  assert.equal(back.taken.length, 20)
  assert.deepEqual(await spooled(dir), [])
})

test('of many that start on one spool, one sends each file', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const writer = open(t, httpTarget(gone.url), dir)
  for (let index = 0; index < 30; index++) take(writer, `span ${index}`)
  await writer.shutdown()
  const back = await startHttpServer(t, async () => (await delay(1), { status: 200 }), gone.port)
  const others = Array.from({ length: 5 }, () => open(t, httpTarget(back.url), dir))
  await until(async () => (await spooled(dir)).length === 0)
  await Promise.all(others.map((other) => other.shutdown()))
  assert.equal(new Set(namesIn(back.taken)).size, 30)
  assert.equal(back.taken.length, 30)
})

test('a request that the server never takes holds up nobody, in memory or on disk, and is dropped if it refuses it', async (t) => {
  const dir = await makeFolder(t)
  const isPoison = ({ body }: TakenRequest): boolean => body.toString().includes('poison')
  let poisonStatus = 503
  const server = await startHttpServer(t, (one) => ({ status: isPoison(one) ? poisonStatus : 200 }))
  const delivery = open(t, httpTarget(server.url), dir)
  take(delivery, 'poison')
  for (let index = 0; index < 20; index++) take(delivery, `span ${index}`)
  await until(async () => (await spooled(dir)).length === 1 && delivery.counts.queuedSpans === 0)
  for (let index = 20; index < 40; index++) {
    take(delivery, `span ${index}`)
    await delivery.forceFlush()
  }
  await until(() => delivery.counts.delivered + delivery.counts.replayed === 40)
  assertBalance(delivery)
  poisonStatus = 400
  await until(() => delivery.counts.rejected === 1)
  assert.deepEqual(await spooled(dir), [])
})

test('a damaged file in the spool is counted, and the others arrive', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const writer = open(t, httpTarget(gone.url), dir)
  for (const name of ['a', 'b', 'c']) take(writer, name)
  await writer.shutdown()
  await writeFile(join(dir, (await spooled(dir))[1] as string), '["')
  const back = await startHttpServer(t, () => ({ status: 200 }), gone.port)
  const reader = open(t, httpTarget(back.url), dir)
  await until(() => reader.counts.replayed === 2)
  await until(() => reader.counts.dropped === 1)
  assert.deepEqual(namesIn(back.taken).sort(), ['a', 'c'])
})

test('where the disk cannot be written, memory holds what it can and the server gets it when it is back', async (t) => {
  const dir = await makeFolder(t)
  await writeFile(join(dir, 'file'), '')
  const gone = await startAndStopHttpServer(t)
  const delivery = open(t, httpTarget(gone.url, { timeoutMs: 100 }), join(dir, 'file', 'spool'))
  for (const name of ['a', 'b', 'c']) take(delivery, name)
  await delivery.forceFlush()
  assert.equal(delivery.counts.queuedSpans, 3)
  const back = await startHttpServer(t, () => ({ status: 200 }), gone.port)
  await until(() => delivery.counts.delivered === 3)
  assert.deepEqual(namesIn(back.taken).sort(), ['a', 'b', 'c'])
})

test('best effort is one attempt, none while the server is in trouble, and is not in the books', async (t) => {
  const server = await startHttpServer(t, () => ({ status: 503, headers: { 'retry-after': '600' } }))
  const delivery = open(t, httpTarget(server.url), undefined, { pace: { flushGraceMs: 0 } })
  delivery.sendBestEffort([{ name: 'a' }] as ReadableSpan[])
  await until(() => server.taken.length === 1)
  const { counts } = delivery
  await delay(0)
  assert.deepEqual([counts.taken, counts.queuedSpans, counts.dropped], [0, 0, 0])
  await until(() => {
    delivery.sendBestEffort([{ name: 'b' }] as ReadableSpan[])
    return server.taken.length < 50
  })
})

test('what it sends is hidden from instrumentations, and has not the context of whoever ended the span', async (t) => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  atEnd(t, () => context.disable())
  const key = createContextKey('of the agent')
  const seen: unknown[] = []
  const server = await startHttpServer(t, () => ({ status: 200 }))
  const headers = async (): Promise<Record<string, string>> => {
    seen.push(isTracingSuppressed(context.active()), context.active().getValue(key))
    return {}
  }
  const delivery = open(t, httpTarget(server.url, { headers }))
  context.with(ROOT_CONTEXT.setValue(key, 'secret'), () => take(delivery, 'a'))
  await delivery.forceFlush()
  assert.deepEqual(seen, [true, undefined])
})

test('JSON waits for a target that takes JSON', async (t) => {
  const dir = await makeFolder(t)
  const gone = await startAndStopHttpServer(t)
  const writer = open(t, { ...httpTarget(gone.url), protocol: 'http/json' }, dir)
  take(writer, 'json')
  await writer.shutdown()
  const grpc = await startGrpcServer(t, () => Buffer.alloc(0))
  await open(t, grpcTarget(grpc.url), dir).shutdown()
  assert.equal(grpc.taken.length, 0)
  const back = await startHttpServer(t, () => ({ status: 200 }))
  await open(t, httpTarget(back.url), dir).shutdown()
  assert.equal(back.taken[0]?.headers['content-type'], 'application/json')
})
