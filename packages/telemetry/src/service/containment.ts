// The wall between our failures and the agent: what throws behind it is counted and said once, and the agent goes on.
import { report } from '../report.ts'

/** Counts what was contained. */
export class Containment {
  count = 0
  last: string | undefined

  /** Runs a piece of our own code; what it throws is counted, and `fallback` is the result. */
  run<T>(where: string, ours: () => T, fallback: T): T {
    try {
      return ours()
    } catch (error) {
      this.note(where, error)
      return fallback
    }
  }

  /** Counts a failure. Only its name is kept: a message may quote content. */
  note(where: string, error: unknown): void {
    this.count += 1
    this.last = `${where}: ${nameOf(error)}`
    report.warnOnce(
      'HOLDFAST_TELEMETRY_FAILURE',
      `Telemetry failed in ${this.last}. The agent is not affected, a span may be incomplete. Further failures are counted in stats().`,
    )
  }
}

function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? error.name : typeof error
  } catch (unreadable) {
    return typeof unreadable
  }
}
