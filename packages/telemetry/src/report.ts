// Where trouble of our own goes. Telemetry never throws into the agent and never writes into its output: what went
// wrong is counted where it happened, and said here, once. No message may hold the content of a span.
import { diag } from '@opentelemetry/api'

/** The `name` of every warning of ours, for `process.on('warning')` and `--disable-warning`. */
const warningType = 'HoldfastTelemetryWarning'

export interface Report {
  /**
   * Tells the people who run the agent, through `process.emitWarning`, and the application's `diag` logger.
   * Of each `code` only the first message in a process is told; a code is a stable word such as `HOLDFAST_SPOOL_FULL`.
   */
  warnOnce(code: string, message: string): void
  /** While `work` runs, a warning is told before `warnOnce` returns: a process that ends has no next tick for it. */
  atOnce(work: () => void): void
  /** For those who switched the `diag` logger on. */
  debug(message: string): void
}

const told = new Set<string>()
let isAtOnce = false

export const report: Report = {
  warnOnce(code, message) {
    if (told.has(code)) return
    told.add(code)
    if (isAtOnce)
      sayTo(() => process.emit('warning', Object.assign(new Error(message), { name: warningType, code })))
    else process.emitWarning(message, { type: warningType, code })
    sayTo(() => diag.warn(`holdfast: ${message}`))
  },
  atOnce(work) {
    const before = isAtOnce
    isAtOnce = true
    try {
      work()
    } finally {
      isAtOnce = before
    }
  },
  debug(message) {
    sayTo(() => diag.debug(`holdfast: ${message}`))
  },
}

/** The logger is the application's, and may be broken; then it hears no more of us than that. */
function sayTo(say: () => void): void {
  try {
    say()
  } catch (error) {
    if (told.has('HOLDFAST_DIAG')) return
    told.add('HOLDFAST_DIAG')
    const name = error instanceof Error ? error.name : 'unknown error'
    process.emitWarning(`the diag logger throws: ${name}`, { type: warningType, code: 'HOLDFAST_DIAG' })
  }
}
