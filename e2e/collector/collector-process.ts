// The Collector with the configuration that docker-compose.yml gives it.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startChild } from '../stage/child-process.ts'
import { findFreePort } from '../stage/free-port.ts'
import { repository } from '../stage/holdfast-process.ts'
import { waitUntil } from '../stage/wait-until.ts'

export const collectorConfig = join(repository, 'deploy', 'otel-collector', 'config.yaml')

/** Starts a Collector that exports to `workerGrpc` (host:port); resolves with the URL of its own OTLP/HTTP once it answers. */
export async function startCollector(
  t: TestContext,
  binary: string,
  workerGrpc: string,
): Promise<{ otlpHttpUrl: string; stop(): Promise<void> }> {
  const [grpcPort, httpPort] = [await findFreePort(), await findFreePort()]
  const collector = startChild(t, {
    title: 'otelcol',
    command: binary,
    args: [`--config=${collectorConfig}`],
    env: {
      OTEL_WORKER_ENDPOINT: workerGrpc,
      COLLECTOR_GRPC_PORT: String(grpcPort),
      COLLECTOR_HTTP_PORT: String(httpPort),
    },
  })
  await collector.waitForLine((line) => (line.includes('Everything is ready') ? true : undefined))
  const otlpHttpUrl = `http://127.0.0.1:${httpPort}`
  await waitUntil(async () => (await fetch(otlpHttpUrl)).status > 0)
  return {
    otlpHttpUrl,
    stop: async () => {
      collector.kill('SIGTERM')
      await collector.exited
    },
  }
}
