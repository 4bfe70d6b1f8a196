// Several servers on one database share the work, and one takes over what another leaves undone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import { runHoldfast, startHoldfast, type Holdfast } from './stage/holdfast-process.ts'
import { assertNothingLost, Load } from './stage/load.ts'
import { postPayload } from './stage/otlp-client.ts'
import { startPostgres } from './stage/postgres-process.ts'
import { listSpans } from './stage/query-client.ts'
import { waitUntil } from './stage/wait-until.ts'

test('two servers on one database persist together, and show each span once', async (t) => {
  const postgres = await startPostgres(t)
  assert.equal((await runHoldfast(t, ['migrate'], { DATABASE_URL: postgres.url })).code, 0)
  const database = { url: postgres.url }
  const [one, two] = await Promise.all([startHoldfast(t, database), startHoldfast(t, database)])

  // Every payload goes to both: which of them persists it, and whether its twin came first, must not matter.
  const traceId = newTraceId()
  const spanIds = Array.from({ length: 20 }, newSpanId)
  for (const spanId of spanIds) {
    const payload = encodePayload('e2e', [{ traceId, spanId, name: 'twice' }])
    const answers = await Promise.all([one, two].map((server) => postPayload(server.otlpHttpUrl, payload)))
    assert.deepEqual(
      answers.map((answer) => answer.status),
      [200, 200],
    )
  }

  const load = new Load([one.otlpHttpUrl, two.otlpHttpUrl]).start()
  await load.waitForSpans(5_000)
  await waitUntil(async () => (await countPersisted(one)) > 0 && (await countPersisted(two)) > 0)

  // One of them dies with payloads in its hands; its clients go to the other.
  await two.crash()
  load.sendTo(one.otlpHttpUrl)
  await load.waitForSpans(2_000)
  await load.stop()
  load.acknowledged.set(traceId, new Set(spanIds))
  await assertNothingLost(one.queryUrl, load)
  assert.equal((await listSpans(one.queryUrl, traceId)).length, spanIds.length)
  assert.deepEqual(await one.stop(), { code: 0, signal: null })
})

/** How many spans this process has persisted, as its /metrics say. */
async function countPersisted(server: Holdfast): Promise<number> {
  const text = await (await fetch(`${server.queryUrl}/metrics`)).text()
  const values = [...text.matchAll(/^holdfast_persist_spans_total(?:\{[^}]*\})? (\d+)/gm)]
  assert.ok(values.length > 0, 'the metric is there')
  return values.reduce((sum, value) => sum + Number(value[1]), 0)
}
