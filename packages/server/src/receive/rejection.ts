/** Why the door did not take a request. The codes are stable: they are label values in /metrics and stand in the log. */
export type RejectionCode =
  | 'malformed' // the bytes are not an ExportTraceServiceRequest
  | 'corrupt_compression' // they do not decompress
  | 'unsupported_compression'
  | 'unsupported_media_type'
  | 'invalid_framing' // gRPC: the message's frame contradicts itself or the call
  | 'too_large' // over the limit, as sent or decompressed
  | 'method_not_allowed'
  | 'unknown_path'
  | 'signal_not_served' // metrics, logs, profiles
  | 'head_too_large' // HTTP: the headers
  | 'too_slow' // it did not arrive in time
  | 'backlog' // too much waits to be persisted
  | 'busy' // no room in memory for these bytes now
  | 'stopping'
  | 'unavailable' // the database did not commit
  | 'internal' // a fault of ours

export interface Rejection {
  readonly code: RejectionCode
  /** For the sender: what is wrong and where. Never holds content of a span. */
  readonly message: string
  /** What the message is about, for google.rpc.BadRequest: a JSON path, a header. */
  readonly field?: string
  /** When to come back; only where coming back can help. status-mapping.ts has the fallback. */
  readonly retryAfterMs?: number
}

// Memory frees within one commit, which takes milliseconds: the shortest time that Retry-After can express.
const busyRetryAfterMs = 1000
const stoppingRetryAfterMs = 1000

// Long enough that a fault which every attempt meets does not become a tight loop of the same payload.
const internalRetryAfterMs = 5000

export function rejectBusy(): Rejection {
  return {
    code: 'busy',
    message: 'the server holds as many bytes of unfinished requests as it may; send the payload again',
    retryAfterMs: busyRetryAfterMs,
  }
}

export function rejectStopping(): Rejection {
  return {
    code: 'stopping',
    message: 'the server is stopping; send the payload again',
    retryAfterMs: stoppingRetryAfterMs,
  }
}

/**
 * A fault of ours. The sender is asked to come back, although it may be in vain: nothing was acknowledged, and the
 * statuses that mean "internal error" tell an OTLP client to throw the payload away.
 */
export function rejectInternal(): Rejection {
  return {
    code: 'internal',
    message: 'an internal error; nothing was stored, send the payload again',
    retryAfterMs: internalRetryAfterMs,
  }
}

// Whoever was too slow may be so again: not at once.
const tooSlowRetryAfterMs = 5000

/** @param what did not arrive in time */
export function rejectTooSlow(what: string): Rejection {
  return {
    code: 'too_slow',
    message: `${what} did not arrive in time; nothing was stored, send the payload again`,
    retryAfterMs: tooSlowRetryAfterMs,
  }
}

export function rejectTooLarge(what: string, maxBytes: number): Rejection {
  return { code: 'too_large', message: `${what} is larger than the limit of ${maxBytes} bytes` }
}
