// Traces in MLflow: OTLP over HTTP with the experiment in a header, through a delivery and a spool of its own.
// Spans that still run are never sent there: MLflow shows them as done, with a negative duration.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { openDelivery, type Delivery } from '../export/delivery.ts'
import { openBatchProcessor, type BatchProcessor } from '../provider/batch-processor.ts'
import { report } from '../report.ts'
import type { MlflowSettings } from '../settings/settings.ts'
import { openExperiment } from './mlflow/experiment.ts'
import { toMlflowSpan } from './mlflow/mlflow-span.ts'
import { explainRefusal } from './mlflow/refusal.ts'
import { findTrackingServer, type TrackingServer } from './mlflow/tracking-server.ts'
import { settleWithin } from './settle-within.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

/** Nothing is asked of the server yet: it may be away. */
export function openMlflowBackend(settings: MlflowSettings): TelemetryBackend {
  const server = findTrackingServer(settings)
  if (server !== undefined) return new MlflowBackend(settings, server)
  report.warnOnce(
    'HOLDFAST_MLFLOW_TRACKING_URI',
    'MLFLOW_TRACKING_URI is not the address of an MLflow server (http://… or https://…), so nothing is sent to MLflow.',
  )
  return {
    name: 'mlflow',
    processors: [],
    flush: async () => {},
    shutdown: async () => {},
    letGo() {},
    endNow() {},
    counts: [],
  }
}

class MlflowBackend implements TelemetryBackend {
  readonly name = 'mlflow'
  readonly processors: readonly [BatchProcessor]
  readonly counts: TelemetryBackend['counts']
  readonly #delivery: Delivery

  constructor(settings: MlflowSettings, server: TrackingServer) {
    const { experimentId: id, experimentName, timeoutMs } = settings
    const name = id === undefined ? experimentName : undefined
    const experiment = openExperiment({ server, id, name, timeoutMs })
    this.#delivery = openDelivery({
      name: 'mlflow',
      target: {
        protocol: 'http/protobuf',
        url: `${server.baseUrl}/v1/traces`,
        headers: async () => ({
          'x-mlflow-experiment-id': await experiment.findId(),
          ...(server.authorization !== undefined && { authorization: server.authorization }),
        }),
        compression: settings.compression,
        timeoutMs,
        explainRefusal: (status, body) => explainRefusal(server, status, body, () => experiment.forget()),
      },
      serialize,
      spoolDir: findSpoolDir(settings, server),
      destination: `${server.baseUrl}, experiment ${id ?? experimentName ?? 'Default'}`,
      maxQueueBytes: settings.maxQueueBytes,
      maxSpoolBytes: settings.spool.maxBytes,
    })
    this.processors = [openBatchProcessor(this.#delivery, settings.batch)]
    this.counts = [{ name: 'mlflow', counts: this.#delivery.counts }]
  }

  async flush(timeoutMs: number, keepAlive?: boolean): Promise<void> {
    await settleWithin(timeoutMs, this.processors[0].forceFlush({ timeoutMs, keepAlive }), keepAlive)
  }

  async shutdown(timeoutMs: number, keepAlive?: boolean): Promise<void> {
    await settleWithin(timeoutMs, this.processors[0].shutdown({ timeoutMs, keepAlive }), keepAlive)
  }

  letGo(): void {
    this.#delivery.letGo()
  }

  endNow(): void {
    this.processors[0].drainNow()
    this.#delivery.spoolSync()
  }
}

function serialize(spans: readonly ReadableSpan[]): Uint8Array {
  return ProtobufTraceSerializer.serializeRequest(spans.map(toMlflowSpan)) ?? new Uint8Array()
}

/** One folder for each server and experiment: what waits for one must not end in another. */
function findSpoolDir({ spool, experimentId, experimentName }: MlflowSettings, { baseUrl }: TrackingServer) {
  if (spool.rootDir === undefined) return undefined
  const target = JSON.stringify([baseUrl, experimentId ?? null, experimentName ?? null])
  return join(spool.rootDir, `mlflow-${createHash('sha256').update(target).digest('hex').slice(0, 16)}`)
}
