// A long run is seen before it ends, and as what it was once it has ended.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startChild } from '../stage/child-process.ts'
import { startHoldfast } from '../stage/holdfast-process.ts'
import { listSpans } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'

const agent = join(import.meta.dirname, 'outage-agent.ts')

describe(
  'an agent’s open spans are shown as running, and are replaced when they end',
  { concurrency: true },
  () => {
    for (const protocol of ['grpc', 'http/protobuf']) {
      test(`over ${protocol}`, async (t) => {
        const server = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
        const child = startChild(t, {
          title: 'agent',
          command: process.execPath,
          // One step of 12 s: open spans are sent when they are 5 s old, and the server has said that it is Holdfast.
          args: [agent, 'return', '1', '12000'],
          env: {
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_EXPORTER_OTLP_ENDPOINT:
              protocol === 'grpc' ? `http://${server.otlpGrpc}` : server.otlpHttpUrl,
            TELEMETRY_SPOOL_DIR: join(await makeTemporaryDirectory(t), 'spool'),
          },
        })
        const traceId = await child.waitForLine((line) => /^trace (\w+)$/.exec(line)?.[1])
        const listNames = async (running: boolean): Promise<string[]> =>
          (await listSpans(server.queryUrl, traceId))
            .filter((span) => span.running === running)
            .map(({ name }) => name)
            .sort()
        await waitUntil(async () => (await listNames(true)).length === 2)
        assert.deepEqual(await listNames(true), ['run', 'step 1'])
        await waitUntil(async () => (await listNames(false)).length === 2)
        const spans = await listSpans(server.queryUrl, traceId, 'attributes')
        assert.deepEqual(spans.map(({ name }) => name).sort(), ['run', 'step 1'])
        for (const span of spans) {
          assert.ok(span.duration_ms >= 12_000)
          assert.equal(span.attributes?.['holdfast.span.running'], undefined)
        }
      })
    }
  },
)
