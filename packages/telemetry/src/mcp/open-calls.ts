// The requests of one direction of a connection that have no response yet, by id: bounded, the oldest goes first.
import type { RequestId } from './mcp-shapes.ts'
import type { Span } from '@opentelemetry/api'
import type { Call } from './call.ts'

/** More than any client has open at once; a peer that never answers costs no more than these. */
const maxOpenCalls = 4096

export interface OpenCalls {
  /** A second request under an id that is open ends the first one. */
  add(id: RequestId, call: Call): void
  take(id: RequestId): Call | undefined
  /** Of this id only if it is this call, which a later request may have followed. */
  drop(id: RequestId, call: Call): void
  includesSpan(span: Span): boolean
  endAll(errorType: string): void
}

export function makeOpenCalls(): OpenCalls {
  const calls = new Map<RequestId, Call>()
  const take = (id: RequestId): Call | undefined => {
    const call = calls.get(id)
    calls.delete(id)
    return call
  }
  return {
    add: (id, call) => {
      take(id)?.fail('superseded')
      const oldest = calls.size >= maxOpenCalls ? calls.keys().next().value : undefined
      if (oldest !== undefined) take(oldest)?.fail('unanswered')
      calls.set(id, call)
    },
    take,
    drop: (id, call) => {
      if (calls.get(id) === call) calls.delete(id)
    },
    includesSpan: (span) => {
      for (const call of calls.values()) if (call.span === span) return true
      return false
    },
    endAll: (errorType) => {
      const open = [...calls.values()]
      calls.clear()
      for (const call of open) call.fail(errorType)
    },
  }
}
