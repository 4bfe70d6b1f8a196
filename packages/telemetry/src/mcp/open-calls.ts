// The requests of one direction of a connection that have no response yet, by id: bounded, the oldest goes first.
import type { RequestId } from './mcp-shapes.ts'
import type { Call } from './call.ts'

/** More than any client has open at once; a peer that never answers costs no more than these. */
const maxOpenCalls = 4096

export interface OpenCalls {
  /** A second request under an id that is open ends the first one. */
  add(id: RequestId, call: Call): void
  take(id: RequestId): Call | undefined
  has(id: RequestId): boolean
  includesSpanId(spanId: string): boolean
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
    has: (id) => calls.has(id),
    includesSpanId: (spanId) => {
      for (const call of calls.values()) if (call.span.spanContext().spanId === spanId) return true
      return false
    },
    endAll: (errorType) => {
      const open = [...calls.values()]
      calls.clear()
      for (const call of open) call.fail(errorType)
    },
  }
}
