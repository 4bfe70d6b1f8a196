// OTLP/gRPC. The stock exporter drops a request at the first UNAVAILABLE and does not read RetryInfo, and nothing in it
// can be replaced; so this calls the method itself, with bytes. Imported only when it is needed: it is a chunk of its own.
import * as grpc from '@grpc/grpc-js'
import { askHeaders } from './ask-headers.ts'
import type { DeliveryTarget } from './delivery-target.ts'
import type { ExportRequest } from './export-request.ts'
import { readExportResponse } from './export-response.ts'
import { grpcAddress } from './grpc-address.ts'
import { nameError, quoteServer, retryLater, versionHeader, type Outcome } from './outcome.ts'
import { readRpcStatus } from './rpc-status.ts'
import type { Transport } from './transport.ts'
import { userAgent } from './user-agent.ts'

const exportMethod = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/**
 * RESOURCE_EXHAUSTED is retryable too, but only with RetryInfo.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#failures
 */
const retryableCodes: readonly grpc.status[] = [
  grpc.status.CANCELLED,
  grpc.status.DEADLINE_EXCEEDED,
  grpc.status.ABORTED,
  grpc.status.OUT_OF_RANGE,
  grpc.status.UNAVAILABLE,
  grpc.status.DATA_LOSS,
]

/** A connection, and how many calls are on it. */
interface Line {
  readonly client: grpc.Client
  calls: number
  isReplaced: boolean
}

export class GrpcTransport implements Transport {
  readonly #target: DeliveryTarget
  #line: Line | undefined
  readonly #underWay = new Set<grpc.ClientUnaryCall>()

  constructor(target: DeliveryTarget) {
    this.#target = target
  }

  async send(request: ExportRequest): Promise<Outcome> {
    const { timeoutMs } = this.#target
    const deadlineMs = Date.now() + timeoutMs
    let metadata: grpc.Metadata
    try {
      metadata = toMetadata(await askHeaders(this.#target, AbortSignal.timeout(timeoutMs)))
    } catch (error) {
      return retryLater(`headers: ${nameError(error)}`)
    }
    const line = this.#open()
    line.calls++
    const outcome = await call(line.client, request.bytes, metadata, deadlineMs, this.#underWay)
    line.calls--
    // A channel that lost its server waits up to two minutes before it connects again, and one whose peer vanished
    // silently never notices: the next attempt gets a new one.
    if (outcome.kind === 'retry' && this.#line === line) {
      line.isReplaced = true
      this.#line = undefined
    }
    if (line.isReplaced && line.calls === 0) line.client.close()
    return outcome
  }

  /** A call holds the process until its deadline: there is no way to unref its connection. */
  letGo(): void {
    for (const one of this.#underWay) one.cancel()
  }

  close(): void {
    this.letGo() // the client would wait for them
    this.#line?.client.close()
    this.#line = undefined
  }

  #open(): Line {
    const { url, tls, compression } = this.#target
    const { address, isTls, isLoopback } = grpcAddress(url, tls?.insecure ?? false)
    this.#line ??= {
      client: new grpc.Client(address, isTls ? tlsCredentials(tls) : grpc.credentials.createInsecure(), {
        'grpc.primary_user_agent': userAgent,
        'grpc.use_local_subchannel_pool': 1,
        'grpc.service_config_disable_resolution': 1,
        'grpc.enable_retries': 0,
        ...(isLoopback && { 'grpc.enable_http_proxy': 0 }),
        ...(compression === 'gzip' && {
          'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
        }),
      }),
      calls: 0,
      isReplaced: false,
    }
    return this.#line
  }
}

function tlsCredentials(tls: DeliveryTarget['tls']): grpc.ChannelCredentials {
  const toBuffer = (pem: string | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem))
  return grpc.credentials.createSsl(toBuffer(tls?.ca), toBuffer(tls?.key), toBuffer(tls?.cert))
}

function toMetadata(headers: Readonly<Record<string, string>>): grpc.Metadata {
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name.toLowerCase(), value)
  return metadata
}

function call(
  client: grpc.Client,
  bytes: Uint8Array,
  metadata: grpc.Metadata,
  deadlineMs: number,
  allUnderWay: Set<grpc.ClientUnaryCall>,
): Promise<Outcome> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const same = (message: Buffer): Buffer => message
  return new Promise((done) => {
    let isHoldfast = false
    const underWay = client.makeUnaryRequest(
      exportMethod,
      same,
      same,
      buffer,
      metadata,
      { deadline: deadlineMs },
      (error, answer) => {
        allUnderWay.delete(underWay)
        if (error !== null) return done(readFailure(error))
        const { rejectedSpans, message } = readExportResponse(answer ?? new Uint8Array(), 'protobuf')
        done({
          kind: 'delivered',
          rejectedSpans,
          message: quoteServer(message),
          ...(isHoldfast && { isHoldfast }),
        })
      },
    )
    allUnderWay.add(underWay)
    // Comes before the answer itself.
    underWay.once('metadata', (initial: grpc.Metadata) => {
      isHoldfast = initial.get(versionHeader).length > 0
    })
  })
}

function readFailure(error: grpc.ServiceError): Outcome {
  const details = error.metadata.get('grpc-status-details-bin')[0]
  const told = Buffer.isBuffer(details) ? readRpcStatus(details, 'protobuf') : undefined
  const reason = `${grpc.status[error.code]}: ${quoteServer(error.details)}`
  const afterMs = told?.retryDelayMs
  if (retryableCodes.includes(error.code) || isCutOff(error)) return retryLater(reason, afterMs)
  if (error.code === grpc.status.RESOURCE_EXHAUSTED && afterMs !== undefined)
    return retryLater(reason, afterMs)
  return { kind: 'refused', reason }
}

/**
 * The stream ended without a status: the library makes one up that no server has sent, by these words
 * (grpc-js/src/subchannel-call.ts).
 */
function isCutOff({ details }: grpc.ServiceError): boolean {
  return /^(Received RST_STREAM with code |Bandwidth exhausted or memory limit exceeded)/.test(details)
}
