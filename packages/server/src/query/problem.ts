import { STATUS_CODES } from 'node:http'
import type { Problem } from './contract.ts'
import { problemStatuses, type ProblemCode } from './problem-codes.ts'

export interface ProblemExtras {
  /** In place of the one that the code has by itself. */
  readonly status?: number
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
    return this.extras.status ?? problemStatuses[this.code]
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
