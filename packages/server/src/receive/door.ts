import type { Server } from 'node:net'
import type { Log } from '../log.ts'
import type { Appender } from '../queue/appender.ts'
import type { ByteBudget } from '../queue/byte-budget.ts'
import type { ReceiverMetrics } from './receiver-metrics.ts'

export interface DoorOptions {
  readonly appender: Appender
  /** What the bytes of all requests under way come out of. */
  readonly budget: ByteBudget
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The most bytes of one payload, as sent and decompressed. */
  readonly maxPayloadBytes: number
  readonly log: Log
  readonly metrics: ReceiverMetrics
}

export interface Door {
  readonly port: number
  /**
   * Stops listening and answers what comes on open connections with "stopping", also the requests whose bytes have not
   * all arrived. Resolves when those that had arrived are answered.
   */
  stopAccepting(): Promise<void>
  /** Ends all connections, the busy ones after a grace of seconds. */
  close(): Promise<void>
}

/** How long connections may linger in close(): time to flush an answer, no more. */
export const closeGraceMs = 2000

// Each costs about 20 KB while idle. An SDK holds up to 30, a Collector as many as it has consumers.
const maxConnections = 4096
const dropLogIntervalMs = 60_000

/** Bounds the number of open connections. Those above it are cut off, which clients take for a reason to try again. */
export function limitConnections(server: Server, protocol: string, log: Log): void {
  server.maxConnections = maxConnections
  let loggedAtMs = -Infinity
  server.on('drop', () => {
    if (performance.now() - loggedAtMs < dropLogIntervalMs) return
    loggedAtMs = performance.now()
    log.warn({ protocol, maxConnections }, 'connections are refused: too many are open')
  })
}
