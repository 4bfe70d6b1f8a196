/**
 * The one place that turns a rejection into what a client hears: HTTP status, gRPC code, Retry-After, RetryInfo.
 * The law is https://opentelemetry.io/docs/specs/otlp/ (opentelemetry-proto/docs/specification.md).
 *
 * What decides between a lost and a kept payload is whether the status is retryable: over HTTP 429, 502, 503, 504
 * (#retryable-response-codes), over gRPC UNAVAILABLE and a few more, and RESOURCE_EXHAUSTED only with RetryInfo (#failures).
 * So nothing that passes by itself may answer 500 or INTERNAL.
 */
import type { RpcStatus } from '../otlp/rpc-status.ts'
import type { Rejection, RejectionCode } from './rejection.ts'

/** google.rpc.Code, as far as the door says them. */
const rpc = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

interface Mapping {
  readonly http: number
  readonly grpc: number
  readonly retryable: boolean
}

const mappings: Readonly<Record<RejectionCode, Mapping>> = {
  // Bad data: https://opentelemetry.io/docs/specs/otlp/#bad-data and #failures, #failures-1. Not retryable.
  malformed: { http: 400, grpc: rpc.invalidArgument, retryable: false },
  corrupt_compression: { http: 400, grpc: rpc.invalidArgument, retryable: false },
  // HTTP 400 as the Collector answers; over gRPC https://github.com/grpc/grpc/blob/master/doc/compression.md#specification
  unsupported_compression: { http: 400, grpc: rpc.unimplemented, retryable: false },
  invalid_framing: { http: 400, grpc: rpc.internal, retryable: false },
  // https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-request and #otlphttp-request: the limit on the size of a request.
  // RESOURCE_EXHAUSTED without RetryInfo is not retryable.
  too_large: { http: 413, grpc: rpc.resourceExhausted, retryable: false },
  // https://opentelemetry.io/docs/specs/otlp/#otlphttp-request, and RFC 9110 for what OTLP leaves open.
  unsupported_media_type: { http: 415, grpc: rpc.invalidArgument, retryable: false },
  method_not_allowed: { http: 405, grpc: rpc.unimplemented, retryable: false },
  unknown_path: { http: 404, grpc: rpc.unimplemented, retryable: false },
  signal_not_served: { http: 404, grpc: rpc.unimplemented, retryable: false },
  head_too_large: { http: 431, grpc: rpc.resourceExhausted, retryable: false },
  // 408 would be the word for it, but OTLP clients drop what gets one. DEADLINE_EXCEEDED is retryable by OTLP's table.
  too_slow: { http: 503, grpc: rpc.deadlineExceeded, retryable: true },
  // https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling and #otlphttp-throttling. The backlog is the client's
  // rate against ours, hence 429; the others are the server's own state, hence 503.
  backlog: { http: 429, grpc: rpc.resourceExhausted, retryable: true },
  busy: { http: 503, grpc: rpc.unavailable, retryable: true },
  stopping: { http: 503, grpc: rpc.unavailable, retryable: true },
  unavailable: { http: 503, grpc: rpc.unavailable, retryable: true },
  internal: { http: 503, grpc: rpc.unavailable, retryable: true },
}

// Only for a retryable rejection that came without a time of its own.
const fallbackRetryAfterMs = 1000

export function httpStatusOf(rejection: Rejection): number {
  return mappings[rejection.code].http
}

/** Retry-After in whole seconds, rounded up and at least 1; undefined where coming back is of no use. RFC 9110 10.2.3 */
export function retryAfterSecondsOf(rejection: Rejection): number | undefined {
  const retryAfterMs = retryAfterMsOf(rejection)
  return retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1000))
}

/** The google.rpc.Status of an HTTP error body and of grpc-status-details-bin, with RetryInfo or BadRequest where due. */
export function rpcStatusOf(rejection: Rejection): RpcStatus {
  const { grpc } = mappings[rejection.code]
  const retryDelayMs = retryAfterMsOf(rejection)
  if (retryDelayMs !== undefined) return { code: grpc, message: rejection.message, retryDelayMs }
  if (grpc === rpc.invalidArgument) {
    const badField = { field: rejection.field ?? fieldOf(rejection.code), description: rejection.message }
    return { code: grpc, message: rejection.message, badField }
  }
  return { code: grpc, message: rejection.message }
}

function retryAfterMsOf(rejection: Rejection): number | undefined {
  if (!mappings[rejection.code].retryable) return undefined
  return Math.max(1, Math.ceil(rejection.retryAfterMs ?? fallbackRetryAfterMs))
}

function fieldOf(code: RejectionCode): string {
  return code === 'unsupported_media_type' ? 'content-type' : 'body'
}
