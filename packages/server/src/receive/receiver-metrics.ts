import { Counter, Histogram, type Registry } from 'prom-client'
import type { OtlpEncoding } from '../otlp/export-response.ts'
import type { RejectionCode } from './rejection.ts'

type Transport = 'http' | 'grpc'

/** 'partial': taken, but some spans were rejected. 'aborted': the client left before all of its request had arrived. */
export type AnswerCode = 'ok' | 'partial' | 'aborted' | RejectionCode

export interface Answer {
  readonly transport: Transport
  /** undefined where the request did not say one that is supported */
  readonly encoding: OtlpEncoding | undefined
  readonly code: AnswerCode
  /** as they came over the wire, compressed */
  readonly bodyBytes: number
  readonly acceptedSpans: number
  readonly rejectedSpans: number
  /** from the head of the request to its answer */
  readonly durationMs: number
}

/** Hears of every request to an OTLP port, once, when it is answered. Called on the hot path. */
export interface ReceiverMetrics {
  answered(answer: Answer): void
}

// 1 ms to 30 s: an acknowledgement is a commit, some milliseconds on a good disk.
const ackBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers the door's metrics with prom-client. */
export function registerReceiverMetrics(registry: Registry): ReceiverMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'holdfast_receive_requests_total',
    help: 'Export requests answered, by transport, encoding and outcome.',
    labelNames: ['transport', 'encoding', 'code'],
    registers,
  })
  const spans = new Counter({
    name: 'holdfast_receive_spans_total',
    help: 'Spans acknowledged as durable, and spans rejected by partial success.',
    labelNames: ['transport', 'outcome'],
    registers,
  })
  const bytes = new Counter({
    name: 'holdfast_receive_bytes_total',
    help: 'Bytes of request bodies as received, before decompression.',
    labelNames: ['transport'],
    registers,
  })
  const ackSeconds = new Histogram({
    name: 'holdfast_receive_ack_seconds',
    help: 'Seconds from the head of an export request to its acknowledgement.',
    labelNames: ['transport'],
    buckets: ackBucketsSeconds,
    registers,
  })
  const forTransport = (transport: Transport) => ({
    accepted: spans.labels(transport, 'accepted'),
    rejected: spans.labels(transport, 'rejected'),
    bytes: bytes.labels(transport),
    ackSeconds: ackSeconds.labels(transport),
  })
  const series = { http: forTransport('http'), grpc: forTransport('grpc') }
  // Looking a series up by its labels costs more than counting in it.
  const requestSeries = new Map<string, Counter.Internal>()

  return {
    answered(answer) {
      const { transport, encoding = 'unknown', code } = answer
      const key = `${transport} ${encoding} ${code}`
      let counter = requestSeries.get(key)
      if (counter === undefined) {
        counter = requests.labels(transport, encoding, code)
        requestSeries.set(key, counter)
      }
      counter.inc()
      const own = series[transport]
      if (answer.bodyBytes > 0) own.bytes.inc(answer.bodyBytes)
      if (answer.acceptedSpans > 0) own.accepted.inc(answer.acceptedSpans)
      if (answer.rejectedSpans > 0) own.rejected.inc(answer.rejectedSpans)
      if (code === 'ok' || code === 'partial') own.ackSeconds.observe(answer.durationMs / 1000)
    },
  }
}
