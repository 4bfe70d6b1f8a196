// What is left after kill -9: everything that was acknowledged, once.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { test } from 'node:test'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import { findPostmaster, startHoldfast, type Holdfast } from './stage/holdfast-process.ts'
import { assertNothingLost, Load } from './stage/load.ts'
import { postPayload } from './stage/otlp-client.ts'
import { listSpans, readLedger } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

const rounds = 6

test('kill -9 of the server, again and again under load: no acknowledged span is lost, none shows twice', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  let server = await startHoldfast(t, { dataDir })
  const load = new Load(bothDoors(server)).start()
  for (let round = 0; round < rounds; round++) {
    // How far it gets before the kill differs, so that it dies in different places.
    await load.waitForSpans(randomInt(100, 4_000))
    await server.crash()
    server = await startHoldfast(t, { dataDir })
    load.sendTo(...bothDoors(server))
  }
  await load.waitForSpans(1_000)
  await load.stop()
  t.diagnostic(`${load.acknowledgedSpans} spans acknowledged, ${load.retries} retries, ${rounds} kills`)
  await assertNothingLost(server.queryUrl, load)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('kill -9 of the embedded PostgreSQL under load: the server recovers by itself and nothing is lost', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const server = await startHoldfast(t, { dataDir })
  const load = new Load(bothDoors(server)).start()
  for (let round = 0; round < 3; round++) {
    await load.waitForSpans(randomInt(100, 4_000))
    const postmaster = await findPostmaster(dataDir)
    assert.ok(postmaster !== undefined, 'PostgreSQL is running')
    process.kill(postmaster, 'SIGKILL')
    await waitUntil(async () => ![undefined, postmaster].includes(await findPostmaster(dataDir)))
  }
  await load.waitForSpans(1_000)
  await load.stop()
  t.diagnostic(`${load.acknowledgedSpans} spans acknowledged, ${load.retries} retries`)
  assert.equal(server.child.hasExited(), false)
  await waitUntil(async () => (await fetch(`${server.queryUrl}/readyz`)).ok)
  await assertNothingLost(server.queryUrl, load)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('a connection cut in the middle of a body leaves nothing behind and disturbs nobody', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const server = await startHoldfast(t, { dataDir })
  const traceId = newTraceId()
  const span = { traceId, spanId: newSpanId(), name: 'cut' }
  const payload = encodePayload('e2e', [span])

  await sendHalf(server, payload)
  assert.equal(
    (await postPayload(server.otlpHttpUrl, encodePayload('e2e', [{ ...span, spanId: newSpanId() }]))).status,
    200,
  )
  await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length > 0)
  assert.equal((await listSpans(server.queryUrl, traceId)).length, 1)
  await assertAccepted(server, 1)

  // The client sends again what it got no answer for.
  assert.equal((await postPayload(server.otlpHttpUrl, payload)).status, 200)
  await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length === 2)
  await assertAccepted(server, 2)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

function bothDoors(server: Holdfast): [string, string] {
  return [server.otlpHttpUrl, `grpc://${server.otlpGrpc}`]
}

/** So many payloads of one span, each stored: half a body that was taken later, too, would be one more. */
async function assertAccepted(server: Holdfast, payloadCount: number): Promise<void> {
  const { payloads, spans, balanced } = await readLedger(server.queryUrl)
  assert.equal(balanced, true)
  for (const line of [payloads, spans]) {
    const { accepted, stored, duplicate, pending, dead } = line
    assert.deepEqual(
      { accepted, stored, duplicate, pending, dead },
      { accepted: payloadCount, stored: payloadCount, duplicate: 0, pending: 0, dead: 0 },
    )
  }
}

/** Announces the whole body, sends half of it, and hangs up. */
function sendHalf(server: Holdfast, payload: Buffer): Promise<void> {
  const { hostname, port } = new URL(server.otlpHttpUrl)
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname)
    socket.once('error', fail)
    const head =
      `POST /v1/traces HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/x-protobuf\r\n` +
      `content-length: ${payload.length}\r\n\r\n`
    socket.write(Buffer.concat([Buffer.from(head), payload.subarray(0, payload.length / 2)]), () => {
      socket.once('close', () => done())
      socket.resetAndDestroy()
    })
  })
}
