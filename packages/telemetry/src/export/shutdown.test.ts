// The end of a delivery: what was taken is acknowledged, on disk, or counted as dropped, and never two of these.
import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertBalance, namesIn, open, spooled, take } from './test-delivery.ts'
import {
  grpcTarget,
  httpTarget,
  startAndStopHttpServer,
  startGrpcServer,
  startHttpServer,
} from './test-server.ts'
import { makeFolder, until } from './test-stage.ts'

async function readSpooled(dir: string): Promise<string[]> {
  const files = await spooled(dir)
  const texts = await Promise.all(files.map((name) => readFile(join(dir, name), 'utf8')))
  return texts.flatMap((text) => JSON.parse(text) as string[]).sort()
}

function makeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `span ${index}`).sort()
}

test('a shutdown that is overtaken by the end of the process keeps every file that either of them wrote', async (t) => {
  const gone = await startAndStopHttpServer(t)
  const names = makeNames(100)
  // In each round it is overtaken a little later.
  for (const turns of [0, 1, 3, 10, 30, 100]) {
    const dir = await makeFolder(t)
    const delivery = open(t, httpTarget(gone.url), dir)
    for (const name of names) take(delivery, name)
    const ended = delivery.shutdown()
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    delivery.spoolSync()
    assert.deepEqual(await readSpooled(dir), names)
    await ended
    // Writes that were under way may end now.
    for (let turn = 0; turn < 200; turn++) await stat(dir)
    assert.deepEqual(await readSpooled(dir), names)
    assert.equal(delivery.counts.spooled, 100)
    assertBalance(delivery)
  }
})

for (const requestMs of [1, 50]) {
  test(`a shutdown writes everything down, however short the time for a request is (${requestMs} ms)`, async (t) => {
    const dir = await makeFolder(t)
    const server = await startHttpServer(t, () => 'hang')
    const delivery = open(t, httpTarget(server.url, { timeoutMs: requestMs }), dir)
    const names = makeNames(200)
    for (const name of names) take(delivery, name)
    await delivery.shutdown()
    assert.deepEqual(await readSpooled(dir), names)
    assert.deepEqual([delivery.counts.spooled, delivery.counts.dropped], [200, 0])
  })
}

test('a shutdown for which there is no time still writes everything down', async (t) => {
  const dir = await makeFolder(t)
  const server = await startHttpServer(t, () => 'hang')
  const delivery = open(t, httpTarget(server.url), dir)
  const names = makeNames(50)
  for (const name of names) take(delivery, name)
  await delivery.shutdown({ timeoutMs: 0 })
  assert.deepEqual(await readSpooled(dir), names)
  assert.equal(delivery.counts.spooled, 50)
})

test('what is answered, dropped or written after the end is not counted again', async (t) => {
  const dir = await makeFolder(t)
  let answer: () => void = () => {}
  const server = await startHttpServer(t, () => new Promise((done) => (answer = () => done({ status: 200 }))))
  const delivery = open(t, httpTarget(server.url), dir, { pace: { flushGraceMs: 0, drainMs: 0 } })
  take(delivery, 'a', 'b')
  await until(() => server.taken.length === 1)
  const ended = delivery.shutdown()
  answer()
  await ended
  for (let turn = 0; turn < 50; turn++) await stat(dir)
  const { delivered, spooled: left } = delivery.counts
  assert.equal(delivered + left, 2)
  assert.equal((await readSpooled(dir)).length, left)
  assertBalance(delivery)
})

test('what the disk does not take at the end of the process is dropped and counted', async (t) => {
  const dir = await makeFolder(t)
  await writeFile(join(dir, 'file'), '')
  const server = await startHttpServer(t, () => 'hang')
  for (const spoolDir of [join(dir, 'file', 'spool'), undefined]) {
    const delivery = open(t, httpTarget(server.url), spoolDir)
    take(delivery, 'a', 'b')
    delivery.spoolSync()
    assert.deepEqual([delivery.counts.dropped, delivery.counts.queuedSpans], [2, 0])
    delivery.spoolSync()
    assertBalance(delivery)
  }
})

test('what has waited for an answer for a while is on disk too, so that a kill takes no more than the last seconds', async (t) => {
  const dir = await makeFolder(t)
  const server = await startHttpServer(t, () => 'hang')
  const delivery = open(t, httpTarget(server.url), dir, { pace: { memoryOnlyMs: 20, flushGraceMs: 0 } })
  for (const name of makeNames(10)) take(delivery, name)
  await until(async () => (await spooled(dir)).length === 10)
  take(delivery, 'span 10')
  await until(async () => (await spooled(dir)).length === 11)
  assertBalance(delivery)
})

test('a server that answers sees no request twice because it was slow', async (t) => {
  const dir = await makeFolder(t)
  const answers: (() => void)[] = []
  const server = await startHttpServer(
    t,
    () => new Promise((done) => void answers.push(() => done({ status: 200 }))),
  )
  const delivery = open(t, httpTarget(server.url), dir, { pace: { memoryOnlyMs: 20 } })
  const names = makeNames(10)
  for (const name of names) take(delivery, name)
  await until(async () => (await spooled(dir)).length === 10)
  await until(() => {
    for (const answer of answers.splice(0)) answer()
    return delivery.counts.delivered + delivery.counts.replayed === 10
  })
  await until(async () => (await spooled(dir)).length === 0)
  assert.deepEqual(namesIn(server.taken).sort(), names)
})

test('a gRPC call that was let go is tried again', async (t) => {
  const server = await startGrpcServer(t, (_, index) => (index === 0 ? 'hang' : Buffer.alloc(0)))
  const delivery = open(t, grpcTarget(server.url))
  take(delivery, 'a')
  await until(() => server.taken.length === 1)
  delivery.letGo()
  await until(() => delivery.counts.delivered === 1)
  assert.equal(server.taken.length, 2)
})

test('the spool says what it is for, to its user alone', async (t) => {
  const dir = join(await makeFolder(t), 'otlp-1')
  const delivery = open(t, httpTarget('http://user:secret@127.0.0.1:9/secret'), dir)
  take(delivery, 'a')
  await delivery.shutdown()
  assert.equal(await readFile(join(dir, 'destination'), 'utf8'), 'http://127.0.0.1:9')
})
