// A stand-in for MLflow that answers as a test wants; what the real one does is tested in e2e/mlflow.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { MlflowSettings } from '../../settings/settings.ts'

export interface TakenRequest {
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly json?: object
}

export interface TestMlflow {
  readonly url: string
  readonly taken: readonly TakenRequest[]
  takenBy(path: string): readonly TakenRequest[]
  /** Resolves when so many requests to the path have been taken. */
  waitFor(path: string, count?: number): Promise<void>
}

/** 'hang': takes the request and never answers. */
export type Behaviour = (path: string, request: TakenRequest) => Answer | 'hang'

/** Knows every experiment, as number 7, and takes all spans. */
export const healthy: Behaviour = (path) =>
  path.startsWith('/v1/')
    ? { status: 200 }
    : { status: 200, json: { experiment: { experiment_id: '7', lifecycle_stage: 'active' } } }

export async function startTestMlflow(t: TestContext, behave: Behaviour): Promise<TestMlflow> {
  const taken: TakenRequest[] = []
  let changed = Promise.withResolvers<void>()
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = new URL(request.url ?? '', 'http://mlflow').pathname
      const one = { path, headers: request.headers, body: Buffer.concat(chunks) }
      taken.push(one)
      changed.resolve()
      changed = Promise.withResolvers()
      const answer = behave(path, one)
      if (answer === 'hang') return
      const json = answer.json === undefined ? '' : JSON.stringify(answer.json)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(json)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  const takenBy = (path: string): readonly TakenRequest[] => taken.filter((request) => request.path === path)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    takenBy,
    waitFor: async (path, count = 1) => {
      while (takenBy(path).length < count) await changed.promise
    },
  }
}

export function testSettings(trackingUri: string, changes: Partial<MlflowSettings> = {}): MlflowSettings {
  return {
    trackingUri,
    experimentName: undefined,
    experimentId: undefined,
    token: undefined,
    username: undefined,
    password: undefined,
    timeoutMs: 30_000,
    compression: 'none',
    batch: { maxQueueSize: 2048, maxExportBatchSize: 512, scheduledDelayMs: 5, exportTimeoutMs: 30_000 },
    spool: { rootDir: undefined, maxBytes: 1024 * 1024 },
    maxQueueBytes: 1024 * 1024,
    ...changes,
  }
}
