/**
 * The bytes of one gRPC call on their way in. grpc-js hands a message over when all of it is in memory and decompressed;
 * this looks at the frames as they arrive, so that the budget knows of them before, so that nothing is decompressed
 * outside of the limits, and so that a stopping server can refuse what is half here.
 *
 * grpc-js has no public access to either. Two private fields of its call are used: `stream`, to listen beside it, and
 * `incomingEncoding`, set so that it passes compressed messages on as they are. Its version is pinned, and
 * grpc-door.test.ts fails when a new one changes them.
 */
import { Metadata, type ServerInterceptingCallInterface, type StatusObject } from '@grpc/grpc-js'
import type { Readable } from 'node:stream'
import { encodeRpcStatus } from '../otlp/rpc-status.ts'
import { readContentCoding, supportedCodings, type ContentCoding } from './content-coding.ts'
import type { AnswerCode, ReceiverMetrics } from './receiver-metrics.ts'
import { rejectBusy, rejectTooLarge, type Rejection } from './rejection.ts'
import type { RequestsUnderWay } from './requests-under-way.ts'
import type { Reservation } from './reservation.ts'
import { rpcStatusOf } from './status-mapping.ts'

interface CallInternals {
  readonly stream: Readable
  incomingEncoding: string
}

export interface GrpcArrivalContext {
  readonly maxPayloadBytes: number
  readonly metrics: ReceiverMetrics
  readonly underWay: RequestsUnderWay<GrpcArrival>
}

// One byte that says whether the message is compressed, four of its length.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests
const prefixBytes = 5

// grpc-message and grpc-status-details-bin are headers, which some clients bound at 8 KB together.
const maxMessageChars = 1000

export class GrpcArrival {
  readonly startedAtMs = performance.now()
  readonly reservation: Reservation
  readonly #context: GrpcArrivalContext
  readonly #call: ServerInterceptingCallInterface
  readonly #encoding: string
  readonly #prefix = new Uint8Array(prefixBytes)
  #receivedBytes = 0
  #messageBytes = 0
  #state: 'arriving' | 'working' | 'ended' = 'arriving'

  constructor(context: GrpcArrivalContext, call: ServerInterceptingCallInterface, reservation: Reservation) {
    this.#context = context
    this.#call = call
    this.reservation = reservation
    const internals = call as unknown as CallInternals
    this.#encoding = internals.incomingEncoding
    internals.incomingEncoding = 'identity'
    context.underWay.add(this)
    // Before the library's own listener, so that a refusal comes before it keeps the bytes.
    internals.stream.prependListener('data', (chunk: Buffer) => this.#take(chunk))
    internals.stream.once('close', () => {
      if (this.#state === 'arriving') this.end('aborted', 0, 0)
    })
  }

  /** The coding of the message, once it is here. */
  get coding(): ContentCoding | 'identity' {
    return (this.#prefix[0] === 1 && readContentCoding(this.#encoding)) || 'identity'
  }

  /** The message has been handed to the handler, which will end() this; before, the end of the stream does. */
  handOver(): boolean {
    if (this.#state !== 'arriving') return false
    this.#state = 'working'
    return true
  }

  refuseIfArriving(rejection: Rejection): void {
    if (this.#state !== 'arriving') return
    this.end(rejection.code, 0, 0)
    this.#call.sendStatus(grpcStatusOf(rejection))
  }

  end(code: AnswerCode, acceptedSpans: number, rejectedSpans: number): void {
    this.#state = 'ended'
    this.reservation.release()
    this.#context.metrics.answered({
      transport: 'grpc',
      encoding: 'protobuf',
      code,
      bodyBytes: Math.max(0, this.#receivedBytes - prefixBytes),
      acceptedSpans,
      rejectedSpans,
      durationMs: performance.now() - this.startedAtMs,
    })
    this.#context.underWay.remove(this)
  }

  #take(chunk: Buffer): void {
    if (this.#state !== 'arriving') return
    const had = this.#receivedBytes
    this.#receivedBytes += chunk.byteLength
    if (had < prefixBytes) {
      this.#prefix.set(chunk.subarray(0, prefixBytes - had), had)
      if (this.#receivedBytes < prefixBytes) return
      const rejection = this.#readPrefix()
      if (rejection !== undefined) return this.refuseIfArriving(rejection)
    }
    if (this.#receivedBytes > prefixBytes + this.#messageBytes) {
      const message = 'more than one message in a unary call'
      this.refuseIfArriving({ code: 'invalid_framing', message })
    }
  }

  #readPrefix(): Rejection | undefined {
    const { maxPayloadBytes } = this.#context
    const [flag, a, b, c, d] = this.#prefix as unknown as [number, number, number, number, number]
    this.#messageBytes = a * 2 ** 24 + (b << 16) + (c << 8) + d
    // https://github.com/grpc/grpc/blob/master/doc/compression.md#specification
    if (flag > 1) return { code: 'invalid_framing', message: `invalid compressed flag ${flag}` }
    if (flag === 1) {
      const coding = readContentCoding(this.#encoding)
      if (coding === undefined) {
        const message = `unsupported grpc-encoding, send one of: ${supportedCodings}, identity`
        return { code: 'unsupported_compression', message }
      }
      if (coding === 'identity') {
        const message = 'the compressed flag is set, but grpc-encoding names no compression'
        return { code: 'invalid_framing', message }
      }
    }
    if (this.#messageBytes > maxPayloadBytes) return rejectTooLarge('the message', maxPayloadBytes)
    if (!this.reservation.tryGrow(this.#messageBytes)) return rejectBusy()
    return undefined
  }
}

/** The status that ends a call, with google.rpc.Status in its trailer. */
export function grpcStatusOf(rejection: Rejection): StatusObject {
  const message = rejection.message.slice(0, maxMessageChars)
  const status = rpcStatusOf({ ...rejection, message })
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encodeRpcStatus('protobuf', status)))
  if (rejection.code === 'unsupported_compression') {
    metadata.set('grpc-accept-encoding', `identity,${supportedCodings.replaceAll(' ', '')}`)
  }
  return { code: status.code, details: message, metadata }
}
