import { pino, type Logger } from 'pino'

export type Log = Logger

/** Opens the process's log: one JSON object a line on standard error. Contents of spans never go into it. */
export function openLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}
