// A stop is clean: what was accepted is finished, the exit code is 0, and nothing is left running.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChild } from './stage/child-process.ts'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import {
  findPostmaster,
  holdfastEnvironment,
  isRunning,
  repository,
  runHoldfast,
  startHoldfast,
} from './stage/holdfast-process.ts'
import { assertNothingLost, Load } from './stage/load.ts'
import { postPayload } from './stage/otlp-client.ts'
import { runSql, startPostgres } from './stage/postgres-process.ts'
import { listSpans } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'

test(
  'SIGTERM under load: every acknowledged span is persisted when the process has ended with 0',
  { timeout: 60_000 },
  async (t) => {
    const postgres = await startPostgres(t)
    assert.equal((await runHoldfast(t, ['migrate'], { DATABASE_URL: postgres.url })).code, 0)
    const server = await startHoldfast(t, { url: postgres.url })
    const load = new Load([server.otlpHttpUrl]).start()
    await load.waitForSpans(3_000)
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
    await load.stop()

    const [spans] = await runSql<{ pending: string; accepted: string }>(
      postgres.url,
      "select pending, accepted from otel.ledger where unit = 'spans'",
    )
    assert.equal(spans?.pending, '0', 'what was accepted is finished')
    const [connections] = await runSql<{ count: string }>(
      postgres.url,
      "select count(*) from pg_stat_activity where application_name like 'holdfast%'",
    )
    assert.equal(connections?.count, '0', 'no connection is left open')

    const reader = await startHoldfast(t, { url: postgres.url })
    await assertNothingLost(reader.queryUrl, load)
  },
)

test('SIGINT stops the embedded PostgreSQL too', { timeout: 60_000 }, async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const server = await startHoldfast(t, { dataDir })
  const postmaster = await findPostmaster(dataDir)
  assert.ok(postmaster !== undefined)
  server.child.kill('SIGINT')
  assert.deepEqual(await server.child.exited, { code: 0, signal: null })
  assert.equal(isRunning(postmaster), false)
  assert.equal(await findPostmaster(dataDir), undefined)
})

test(
  'Ctrl-C in make run stops all of it, and the next make run finds what was sent',
  { timeout: 60_000 },
  async (t) => {
    const dataDir = await makeTemporaryDirectory(t)
    const traceId = newTraceId()
    for (const round of ['send', 'find']) {
      const make = startChild(t, {
        title: 'make run',
        command: 'make',
        // The tests run in an installed tree; --assume-old keeps make from installing below their feet.
        args: ['--assume-old=node_modules/.package-lock.json', 'run'],
        cwd: repository,
        env: holdfastEnvironment({ dataDir }),
      })
      const otlpHttpUrl = await make.waitForLine((line) => /OTLP\/HTTP +(http:\S+)/.exec(line)?.[1])
      const queryUrl = await make.waitForLine((line) => /Query API +(http:\/\/[^/]+)/.exec(line)?.[1])
      if (round === 'send') {
        const payload = encodePayload('e2e', [{ traceId, spanId: newSpanId(), name: 'before Ctrl-C' }])
        assert.equal((await postPayload(otlpHttpUrl, payload)).status, 200)
      } else {
        assert.equal((await listSpans(queryUrl, traceId)).length, 1)
      }
      const postmaster = await findPostmaster(dataDir)
      assert.ok(postmaster !== undefined)
      make.killGroup('SIGINT')
      await make.exited
      assert.match(make.stderr(), /"msg":"stopped"/)
      assert.equal(isRunning(postmaster), false)
    }
  },
)
