// Servers in this process that answer as a test wants, for the tests of this folder.
import * as grpc from '@grpc/grpc-js'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { DeliveryTarget } from './delivery-target.ts'
import { atEnd } from './test-stage.ts'

export interface TakenRequest {
  readonly headers: http.IncomingHttpHeaders
  /** Unzipped. */
  readonly body: Buffer
}

export interface HttpAnswer {
  readonly status: number
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

/** `hang`: take the request and never answer; `cut`: hang up in the middle of an answer. */
export type HttpBehaviour = (
  request: TakenRequest,
  index: number,
) => HttpAnswer | 'hang' | 'cut' | Promise<HttpAnswer>

export interface HttpServer {
  readonly url: string
  readonly port: number
  readonly taken: readonly TakenRequest[]
  connectionCount(): number
  close(): Promise<void>
}

export async function startHttpServer(t: TestContext, behave: HttpBehaviour, port = 0): Promise<HttpServer> {
  const taken: TakenRequest[] = []
  let connections = 0
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('error', () => response.destroy())
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
      const one = { headers: request.headers, body }
      taken.push(one)
      void Promise.resolve(behave(one, taken.length - 1)).then((answer) => {
        if (answer === 'hang') return
        if (answer === 'cut') {
          response.writeHead(200, { 'content-length': 100 })
          response.write('half')
          response.socket?.destroySoon()
          return
        }
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const { port: actual } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  atEnd(t, close)
  return {
    url: `http://127.0.0.1:${actual}/v1/traces`,
    port: actual,
    taken,
    connectionCount: () => connections,
    close,
  }
}

/** An address where nothing listens any more, and a server can again. */
export async function startAndStopHttpServer(t: TestContext): Promise<Pick<HttpServer, 'url' | 'port'>> {
  const server = await startHttpServer(t, () => ({ status: 200 }))
  await server.close()
  return server
}

export interface GrpcCall {
  readonly metadata: grpc.Metadata
  readonly body: Buffer
}

export type GrpcBehaviour = (
  call: GrpcCall,
  index: number,
) =>
  | Buffer
  | { readonly answer: Buffer; readonly initial: grpc.Metadata }
  | 'hang'
  | { readonly code: grpc.status; readonly details?: string; readonly metadata?: grpc.Metadata }

export interface GrpcServer {
  readonly url: string
  readonly taken: readonly GrpcCall[]
  readonly port: number
  /** Drops connections, as a server that is killed does. */
  kill(): void
}

export async function startGrpcServer(
  t: TestContext,
  behave: GrpcBehaviour,
  port = 0,
  credentials = grpc.ServerCredentials.createInsecure(),
): Promise<GrpcServer> {
  const taken: GrpcCall[] = []
  const server = new grpc.Server()
  const same = (message: Buffer): Buffer => message
  const handler: grpc.handleUnaryCall<Buffer, Buffer> = (call, done) => {
    const one = { metadata: call.metadata, body: call.request }
    taken.push(one)
    const answer = behave(one, taken.length - 1)
    if (answer === 'hang') return
    if (Buffer.isBuffer(answer)) return done(null, answer)
    if ('initial' in answer) {
      call.sendMetadata(answer.initial)
      return done(null, answer.answer)
    }
    done({ name: 'status', message: '', details: '', ...answer })
  }
  server.addService(
    {
      Export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    },
    { Export: handler },
  )
  const actual = await new Promise<number>((done, fail) =>
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
      error === null ? done(bound) : fail(error),
    ),
  )
  atEnd(t, () => server.forceShutdown())
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    taken,
    kill: () => server.forceShutdown(),
  }
}

export function httpTarget(url: string, changes: Partial<DeliveryTarget> = {}): DeliveryTarget {
  return {
    protocol: 'http/protobuf',
    url,
    headers: async () => ({}),
    compression: 'none',
    timeoutMs: 30_000,
    ...changes,
  }
}

export function grpcTarget(url: string, changes: Partial<DeliveryTarget> = {}): DeliveryTarget {
  return { ...httpTarget(url, changes), protocol: 'grpc' }
}

/** google.rpc.Status with a RetryInfo of whole seconds below 128, and a message below 128 bytes. */
export function encodeRetryInfo(message: string, seconds: number, nanos = 0): Buffer {
  const field = (tag: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
  const nanosField = nanos === 0 ? [] : [0x10, ...encodeVarint(nanos)]
  const duration = Buffer.from([...(seconds === 0 ? [] : [0x08, seconds]), ...nanosField])
  const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo')
  const any = Buffer.concat([field(0x0a, type), field(0x12, field(0x0a, duration))])
  return Buffer.concat([Buffer.from([0x08, 14]), field(0x12, Buffer.from(message)), field(0x1a, any)])
}

/** ExportTraceServiceResponse with a partial success. */
export function encodePartialSuccess(rejectedSpans: number, message: string): Buffer {
  const inner = Buffer.concat([
    Buffer.from([0x08, ...encodeVarint(rejectedSpans)]),
    Buffer.from([0x12, message.length]),
    Buffer.from(message),
  ])
  return Buffer.concat([Buffer.from([0x0a, inner.length]), inner])
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 0x80)
  }
}
