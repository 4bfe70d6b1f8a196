// OTEL_LOG_LEVEL: what the SDK and this package say of themselves, on stderr. Not on stdout, which may be the wire of an
// MCP server. A logger that the application has set stays.
import { format } from 'node:util'
import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api'
import type { Settings } from '../settings/settings.ts'

export function logToStderr(level: NonNullable<Settings['logLevel']>): void {
  // The API does not tell whether a logger is set; setting one would replace it.
  const api: unknown = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
  if ((api as { diag?: unknown } | undefined)?.diag !== undefined) return
  const write = (message: string, ...rest: unknown[]): void => {
    process.stderr.write(`${format(message, ...rest)}\n`)
  }
  const logger: DiagLogger = { error: write, warn: write, info: write, debug: write, verbose: write }
  diag.setLogger(logger, DiagLogLevel[level.toUpperCase() as keyof typeof DiagLogLevel])
}
