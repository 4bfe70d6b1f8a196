// Where tracing's own failures end: never in the transport, never in the agent.
import { report } from '../report.ts'
import { errorTypeOf } from './call.ts'

/** Says once that tracing failed, and answers undefined: the caller goes on without. */
export function contain<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    report.warnOnce(
      'HOLDFAST_MCP_TRACING',
      `MCP tracing failed, and left something untraced (${errorTypeOf(error)})`,
    )
    report.debug(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return undefined
  }
}
