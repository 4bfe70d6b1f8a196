// The two ways in, one request at a time, with the answer as it came.
import { credentials, Client, Metadata, type ServiceError } from '@grpc/grpc-js'

export interface HttpAnswer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: Buffer
}

/** POST of a protobuf payload to OTLP/HTTP. Rejects when no answer came. */
export async function postPayload(otlpHttpUrl: string, payload: Uint8Array): Promise<HttpAnswer> {
  const answer = await fetch(`${otlpHttpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(payload),
  })
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: Buffer.from(await answer.arrayBuffer()),
  }
}

export interface GrpcAnswer {
  /** 0: OK, 14: UNAVAILABLE … */
  readonly code: number
  readonly message: string
  /** Of the trailers: `grpc-status-details-bin`. */
  readonly details: Buffer | undefined
}

/** TraceService/Export. */
export async function exportOverGrpc(address: string, payload: Uint8Array): Promise<GrpcAnswer> {
  const client = new Client(address, credentials.createInsecure())
  try {
    return await new Promise<GrpcAnswer>((done) => {
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        (message: Buffer) => message,
        (message: Buffer) => message,
        Buffer.from(payload),
        new Metadata(),
        { deadline: Date.now() + 30_000 },
        (error: ServiceError | null) => {
          const details = error?.metadata.get('grpc-status-details-bin')[0]
          done({
            code: error?.code ?? 0,
            message: error?.details ?? '',
            details: Buffer.isBuffer(details) ? details : undefined,
          })
        },
      )
    })
  } finally {
    client.close()
  }
}
