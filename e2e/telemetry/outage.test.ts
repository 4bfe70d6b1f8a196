// The server is away while agents run and end: later every span is there, once.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { startChild, type Child } from '../stage/child-process.ts'
import { findFreePort } from '../stage/free-port.ts'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { listSpans, readLedger } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'

const agent = join(import.meta.dirname, 'outage-agent.ts')

interface Stage {
  readonly startServer: () => Promise<Holdfast>
  readonly startAgent: (ending: string, steps?: number, stepMs?: number) => Child
  /** The files that wait on disk. */
  readonly listSpooled: () => Promise<string[]>
}

/** A server that comes back at the same address, and agents that export to it. */
async function setStage(t: TestContext, protocol: 'grpc' | 'http/protobuf' | 'http/json'): Promise<Stage> {
  const dataDir = await makeTemporaryDirectory(t)
  const spoolDir = join(await makeTemporaryDirectory(t), 'spool')
  const [grpcPort, httpPort] = [await findFreePort(), await findFreePort()]
  const ports = { HOLDFAST_OTLP_GRPC_PORT: String(grpcPort), HOLDFAST_OTLP_HTTP_PORT: String(httpPort) }
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${protocol === 'grpc' ? grpcPort : httpPort}`,
    TELEMETRY_SPOOL_DIR: spoolDir,
    TELEMETRY_PENDING_SPANS: 'off',
    OTEL_BSP_SCHEDULE_DELAY: '100', // so that the server goes and comes between many requests
  }
  return {
    startServer: () => startHoldfast(t, { dataDir }, ports),
    startAgent: (ending, steps = 10, stepMs = 0) =>
      startChild(t, {
        title: `agent (${ending})`,
        command: process.execPath,
        args: [agent, ending, String(steps), String(stepMs)],
        env,
      }),
    listSpooled: async () =>
      (await readdir(spoolDir, { recursive: true })).filter((name) => /\.(pb|json)$/.test(name)),
  }
}

function traceOf(child: Child): Promise<string> {
  return child.waitForLine((line) => /^trace (\w+)$/.exec(line)?.[1])
}

/** Every trace is there with all its spans, and the server counted each once. */
async function assertAllThereOnce(server: Holdfast, traces: ReadonlyMap<string, number>): Promise<void> {
  const total = [...traces.values()].reduce((sum, count) => sum + count, 0)
  await waitUntil(async () => (await readLedger(server.queryUrl)).spans.stored >= total)
  for (const [traceId, count] of traces) {
    const spans = await listSpans(server.queryUrl, traceId)
    assert.equal(spans.length, count)
    assert.equal(new Set(spans.map(({ span_id }) => span_id)).size, count)
  }
  const { balanced, spans } = await readLedger(server.queryUrl)
  assert.equal(balanced, true)
  const { accepted, stored, pending, dead } = spans
  assert.deepEqual(
    { accepted, stored, pending, dead },
    { accepted: total, stored: total, pending: 0, dead: 0 },
  )
}

const endings = ['return', 'shutdown', 'exit', 'throw', 'reject', 'SIGTERM', 'SIGINT', 'flush, kill -9']

describe('while the server is away', { concurrency: 2 }, () => {
  for (const protocol of ['grpc', 'http/protobuf', 'http/json'] as const) {
    test(`${protocol}: agents that end in any way lose nothing`, async (t) => {
      const stage = await setStage(t, protocol)
      const traces = new Map<string, number>()
      for (const ending of protocol === 'http/json' ? ['return', 'flush, kill -9'] : endings) {
        const child = stage.startAgent(ending)
        traces.set(await traceOf(child), 11)
        const { code, signal } = await child.exited
        const how = ending === 'flush, kill -9' ? 'SIGKILL' : ending.startsWith('SIG') ? ending : null
        assert.equal(signal, how, `${ending}: ${child.stderr()}`)
        if (signal === null) assert.equal(code, ending === 'throw' || ending === 'reject' ? 1 : 0, ending)
      }
      assert.ok((await stage.listSpooled()).length >= traces.size)

      const server = await stage.startServer()
      // Several at once: one of them sends what waits, or the server would count more than there is.
      for (const next of [
        stage.startAgent('return'),
        stage.startAgent('return'),
        stage.startAgent('return'),
      ]) {
        traces.set(await traceOf(next), 11)
        assert.deepEqual(await next.exited, { code: 0, signal: null })
      }
      assert.deepEqual(await stage.listSpooled(), [])
      await assertAllThereOnce(server, traces)
      assert.deepEqual(await server.stop(), { code: 0, signal: null })
    })
  }

  for (const protocol of ['grpc', 'http/protobuf'] as const) {
    test(`${protocol}: a server that restarts in the middle of long runs, by a stop and by kill -9, costs no span`, async (t) => {
      const stage = await setStage(t, protocol)
      let server = await stage.startServer()
      const steps = 400
      const agents = [stage.startAgent('return', steps, 10), stage.startAgent('return', steps, 10)]
      const traces = await Promise.all(agents.map(traceOf))
      const waitForStep = (step: number): Promise<unknown> =>
        Promise.all(agents.map((child) => child.waitForLine((line) => line === `step ${step}` || undefined)))
      await waitForStep(60)
      await server.stop()
      await waitForStep(160)
      server = await stage.startServer()
      await waitForStep(Math.min(steps, 260))
      await server.crash()
      server = await stage.startServer()
      for (const { exited } of agents) assert.deepEqual(await exited, { code: 0, signal: null })

      // What the agents could not deliver before they ended, the next one does.
      const last = stage.startAgent('return', 1)
      traces.push(await traceOf(last))
      await last.exited
      assert.deepEqual(await stage.listSpooled(), [])
      for (const [index, traceId] of traces.entries()) {
        const count = index < agents.length ? steps + 1 : 2
        await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length >= count)
        assert.equal((await listSpans(server.queryUrl, traceId)).length, count)
      }
      await waitUntil(async () => (await readLedger(server.queryUrl)).spans.pending === 0)
      const { balanced, spans } = await readLedger(server.queryUrl)
      assert.equal(balanced, true)
      assert.equal(spans.stored, 2 * (steps + 1) + 2)
      assert.deepEqual(await server.stop(), { code: 0, signal: null })
    })
  }
})
