import { STATUS_CODES } from 'node:http'
import type { Problem } from './contract.ts'

/** Every way the Query API can refuse, with its status. The codes are part of the public contract. */
const problemStatuses = {
  invalid_parameter: 400,
  invalid_cursor: 400,
  invalid_trace_id: 400,
  not_served_yet: 400,
  malformed_request: 400,
  host_not_allowed: 403,
  trace_not_found: 404,
  queue_item_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
  internal_error: 500,
  unreadable_body: 500,
  not_ready: 503,
  busy: 503,
  shutting_down: 503,
  database_unavailable: 503,
  query_timeout: 504,
} as const

export type ProblemCode = keyof typeof problemStatuses

export interface ProblemExtras {
  readonly errors?: { parameter: string; message: string }[]
  readonly checks?: Record<string, string>
  readonly retryAfterSeconds?: number
}

/** Thrown by a route to end it with a problem (RFC 9457); the error handler of the API answers it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail)
    this.code = code
    this.extras = extras
  }

  get status(): number {
    return problemStatuses[this.code]
  }

  toBody(path: string): Problem {
    const { errors, checks } = this.extras
    return {
      type: 'about:blank',
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      instance: path,
      ...(errors !== undefined && { errors }),
      ...(checks !== undefined && { checks }),
    }
  }
}

export function problemOfUnknownTrace(): ProblemError {
  return new ProblemError(
    'trace_not_found',
    'no span of this trace can be queried; /journey tells whether one is on its way',
  )
}
