// The database goes away and comes back: the door refuses in a way that makes clients send again, and nobody restarts anything.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import { runHoldfast, startHoldfast } from './stage/holdfast-process.ts'
import { assertNothingLost, Load } from './stage/load.ts'
import { exportOverGrpc, postPayload } from './stage/otlp-client.ts'
import { startPostgres } from './stage/postgres-process.ts'
import { listSpans } from './stage/query-client.ts'
import { waitUntil } from './stage/wait-until.ts'

const grpcUnavailable = 14
const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo'

test('while the database is away the door answers 503 and UNAVAILABLE with a delay, and takes payloads again when it is back', async (t) => {
  const postgres = await startPostgres(t)
  assert.equal((await runHoldfast(t, ['migrate'], { DATABASE_URL: postgres.url })).code, 0)
  const server = await startHoldfast(t, { url: postgres.url })
  const traceId = newTraceId()
  const send = () => encodePayload('e2e', [{ traceId, spanId: newSpanId(), name: 'once' }])
  const before = send()
  assert.equal((await postPayload(server.otlpHttpUrl, before)).status, 200)
  await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length === 1)

  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    await postgres.stop(signal)

    const overHttp = await postPayload(server.otlpHttpUrl, send())
    assert.equal(overHttp.status, 503)
    assert.match(overHttp.retryAfter ?? 'no Retry-After', /^\d+$/)
    const overGrpc = await exportOverGrpc(server.otlpGrpc, send())
    assert.equal(overGrpc.code, grpcUnavailable, overGrpc.message)
    assert.ok(overGrpc.details?.includes(retryInfo), 'RetryInfo in the details')

    assert.equal((await fetch(`${server.queryUrl}/healthz`)).status, 200)
    assert.equal((await fetch(`${server.queryUrl}/readyz`)).status, 503)
    assert.equal((await fetch(`${server.queryUrl}/api/v1/traces`)).status, 503)
    assert.equal(server.child.hasExited(), false)

    await postgres.start()
    const again = send()
    await waitUntil(async () => (await postPayload(server.otlpHttpUrl, again)).status === 200)
    await waitUntil(async () => (await fetch(`${server.queryUrl}/readyz`)).status === 200)
  }
  await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length === 3)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('a database that restarts under load costs retries and no span', async (t) => {
  const postgres = await startPostgres(t, '15')
  assert.equal((await runHoldfast(t, ['migrate'], { DATABASE_URL: postgres.url })).code, 0)
  const server = await startHoldfast(t, { url: postgres.url })
  const load = new Load([server.otlpHttpUrl]).start()
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    await load.waitForSpans(2_000)
    await postgres.stop(signal)
    await postgres.start()
  }
  await load.waitForSpans(2_000)
  await load.stop()
  t.diagnostic(`${load.acknowledgedSpans} spans acknowledged, ${load.retries} retries`)
  await waitUntil(async () => (await fetch(`${server.queryUrl}/readyz`)).ok)
  await assertNothingLost(server.queryUrl, load)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})
