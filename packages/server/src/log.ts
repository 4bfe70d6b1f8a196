import { pino, type Logger } from 'pino'

export type Log = Logger

/** Opens the process's log: one JSON object a line on standard error. Contents of spans never go into it. */
export function openLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } },
    pino.destination(2),
  )
}

/**
 * What the log says of an error. Of one of PostgreSQL's, which quotes the values it stumbled over, only what cannot hold
 * any: its code, and where it comes from.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, severity, routine, table, constraint } = error as Error & Record<string, unknown>
  const stack = error.stack?.split('\n').filter((line) => line.startsWith('    at '))
  const isPostgres = typeof severity === 'string' && typeof code === 'string'
  return {
    type: error.name,
    code,
    ...(isPostgres ? { severity, routine, table, constraint } : { message: error.message }),
    stack: stack?.join('\n'),
  }
}
