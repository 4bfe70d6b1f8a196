/**
 * OTLP/gRPC on node:http2. A call with 8 spans costs 41 µs of CPU this way and 91 with @grpc/grpc-js as the client, 512
 * spans 203 and 595, in one run against sink.ts on a busy machine; what the load program does not use is the server's.
 */
import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import type { Payload } from '../workload/payload-source.ts'
import {
  defaultRetryMs,
  readRejectedSpans,
  type Attempt,
  type Exporter,
  type ExporterOptions,
} from './exporter.ts'
import { readRetryDelayMs } from './retry-info.ts'

/** Each is one connection; calls on it run side by side, as those of a Collector do. */
const mostConnections = 8
const windowBytes = 1024 * 1024
const ok = 0
/** Of OTLP/gRPC Failures: cancelled, deadline_exceeded, aborted, out_of_range, unavailable, data_loss. */
const retryable = new Set([1, 4, 10, 11, 14, 15])
const frameHeadBytes = 5

/** The length-prefixed message of gRPC: not compressed, and this long. */
export function makeGrpcHead(bodyBytes: number): Uint8Array {
  const head = Buffer.alloc(frameHeadBytes)
  head.writeUInt32BE(bodyBytes, 1)
  return head
}

export function openGrpcExporters(options: ExporterOptions): readonly Exporter[] {
  const connections = Array.from(
    { length: Math.min(options.lanes, mostConnections) },
    () => new GrpcConnection(options),
  )
  return Array.from({ length: options.lanes }, (_, lane) => connections[lane % connections.length]!)
}

class GrpcConnection implements Exporter {
  readonly #url: string
  readonly #headers: Record<string, string>
  #session: ClientHttp2Session | undefined

  constructor(options: ExporterOptions) {
    this.#url = options.endpoint.origin
    this.#headers = {
      ...Object.fromEntries(options.headers),
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    }
  }

  send(payload: Payload): Promise<Attempt> {
    return new Promise((resolve) => {
      const later = (reason: string): void => resolve({ kind: 'retry', afterMs: defaultRetryMs, reason })
      this.#session ??= this.#open()
      const stream = this.#session.request(this.#headers, { endStream: false })
      let answer: IncomingHttpHeaders | undefined
      let body: Buffer | undefined
      const keep = (headers: IncomingHttpHeaders): void => {
        if (headers['grpc-status'] !== undefined) answer = headers
      }
      stream.on('response', keep)
      stream.on('trailers', keep)
      stream.on('data', (chunk: Buffer) => (body = body === undefined ? chunk : Buffer.concat([body, chunk])))
      stream.on('error', (error: Error) => later(error.message))
      stream.on('close', () =>
        answer === undefined ? later('stream closed without a status') : resolve(judge(answer, body)),
      )
      stream.end(payload.bytes)
    })
  }

  close(): void {
    this.#session?.destroy()
    this.#session = undefined
  }

  #open(): ClientHttp2Session {
    const session = connect(this.#url, { settings: { enablePush: false, initialWindowSize: windowBytes } })
    const forget = (): void => {
      if (this.#session === session) this.#session = undefined
    }
    session.on('error', forget)
    session.on('goaway', forget)
    session.on('close', forget)
    return session
  }
}

/** OTLP/gRPC Failures: RESOURCE_EXHAUSTED is retryable only with RetryInfo. */
function judge(headers: IncomingHttpHeaders, body: Buffer | undefined): Attempt {
  const code = Number(headers['grpc-status'])
  if (code === ok)
    return {
      kind: 'acknowledged',
      rejectedSpans: body === undefined ? 0 : readRejectedSpans(body.subarray(frameHeadBytes)),
    }
  const details = headers['grpc-status-details-bin']
  const afterMs = typeof details === 'string' ? readRetryDelayMs(Buffer.from(details, 'base64')) : undefined
  const reason = `gRPC status ${code}`
  if (afterMs === undefined && !retryable.has(code)) return { kind: 'refused', reason }
  return { kind: 'retry', afterMs: afterMs ?? defaultRetryMs, reason }
}
