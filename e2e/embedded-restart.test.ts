// The embedded PostgreSQL and the processes around it: one that outlived its Holdfast, and a second Holdfast on its data.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import { findPostmaster, holdfastEnvironment, runHoldfast, startHoldfast } from './stage/holdfast-process.ts'
import { exportOverGrpc } from './stage/otlp-client.ts'
import { listSpans } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

test('after kill -9 of the server its PostgreSQL lives on; the next start takes the data over', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const killed = await startHoldfast(t, { dataDir })
  const traceId = newTraceId()
  const answer = await exportOverGrpc(
    killed.otlpGrpc,
    encodePayload('e2e', [{ traceId, spanId: newSpanId(), name: 'survivor' }]),
  )
  assert.deepEqual([answer.code, answer.message], [0, ''])
  await killed.crash()
  assert.ok((await findPostmaster(dataDir)) !== undefined, 'PostgreSQL outlived it')

  const next = await startHoldfast(t, { dataDir })
  await waitUntil(async () => (await listSpans(next.queryUrl, traceId)).length === 1)
  assert.deepEqual(await next.stop(), { code: 0, signal: null })
  assert.equal(await findPostmaster(dataDir), undefined)
})

test('after kill -9 of both, the next start recovers the data', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const killed = await startHoldfast(t, { dataDir })
  const traceId = newTraceId()
  const payload = encodePayload('e2e', [{ traceId, spanId: newSpanId(), name: 'survivor' }])
  assert.equal((await exportOverGrpc(killed.otlpGrpc, payload)).code, 0)
  const postmaster = await findPostmaster(dataDir)
  assert.ok(postmaster !== undefined)
  const crashed = killed.crash()
  process.kill(postmaster, 'SIGKILL')
  await crashed

  const next = await startHoldfast(t, { dataDir })
  await waitUntil(async () => (await listSpans(next.queryUrl, traceId)).length === 1)
  assert.deepEqual(await next.stop(), { code: 0, signal: null })
})

test('a second server on the same data is refused with the reason, and the first goes on', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const first = await startHoldfast(t, { dataDir })
  const second = await runHoldfast(t, ['start'], holdfastEnvironment({ dataDir }))
  assert.equal(second.code, 1)
  assert.match(second.stderr, /Another Holdfast is running on .*HOLDFAST_DATA_DIR/)
  assert.equal((await fetch(`${first.queryUrl}/readyz`)).status, 200)
  assert.deepEqual(await first.stop(), { code: 0, signal: null })
})
