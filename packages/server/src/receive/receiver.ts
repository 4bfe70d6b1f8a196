/**
 * The door: OTLP in, over gRPC and HTTP.
 *
 * Guarantees: an acknowledgement means that the appender has committed the payload; a refusal has the status that OTLP
 * prescribes for its reason, so that a client keeps what can be sent again and drops what cannot; bytes of requests
 * under way never exceed the budget, and are given back however a request ends. Refuses what is not traces, malformed,
 * too large, and everything while there is no room or the server stops. Opened and closed by server.ts.
 *
 * In the budget are bodies as sent, what decompression makes of them, and the protobuf that JSON becomes. Not in it is
 * what only the one payload has that the thread works on: pieces while they are joined, a buffer of the JSON decoder
 * that moves to a larger one or holds a value without its escapes; the copy of a payload
 * without its rejected spans, which takes the place of the payload; and what the decoders of at most four bodies
 * hold inside of zlib.
 */
import type { Log } from '../log.ts'
import type { Appender } from '../queue/appender.ts'
import type { ByteBudget } from '../queue/byte-budget.ts'
import { openGrpcDoor } from './grpc-door.ts'
import { openHttpDoor } from './http-door.ts'
import type { ReceiverMetrics } from './receiver-metrics.ts'

export interface ReceiverOptions {
  readonly appender: Appender
  readonly budget: ByteBudget
  readonly host: string
  /** 0: any free port. */
  readonly grpcPort: number
  /** 0: any free port. */
  readonly httpPort: number
  /** The most bytes of one payload, as sent and decompressed. https://opentelemetry.io/docs/specs/otlp/ recommends 64 MiB. */
  readonly maxPayloadBytes: number
  /** Origins that browsers may send from, `*` as wildcard; none: no cross-origin requests. */
  readonly corsAllowedOrigins: readonly string[]
  readonly log: Log
  readonly metrics: ReceiverMetrics
}

export interface Receiver {
  readonly grpcPort: number
  readonly httpPort: number
  /**
   * Stops listening; what still comes on open connections hears 503 or UNAVAILABLE. Resolves when every request that
   * had arrived is answered, or after ten seconds. The appender must stay open until then.
   */
  stopAccepting(): Promise<void>
  /** Closes the ports and the connections. Bounded: connections that are busy after two seconds are cut. */
  close(): Promise<void>
}

// An append is answered or given up by then; a stop must end.
const stopTimeoutMs = 10_000

/** @throws Error when a port cannot be opened: which one, which setting names it, and what to do */
export async function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { appender, budget, host, maxPayloadBytes, log, metrics, corsAllowedOrigins } = options
  const shared = { appender, budget, host, maxPayloadBytes, log, metrics }
  const grpc = await openGrpcDoor({ ...shared, port: options.grpcPort })
  const http = await openHttpDoor({ ...shared, port: options.httpPort, corsAllowedOrigins }).catch(
    async (error: unknown) => {
      await grpc.close()
      throw error
    },
  )

  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    async stopAccepting() {
      let timer: NodeJS.Timeout | undefined
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          log.warn({ stopTimeoutMs }, 'stopping: some requests are still without an answer')
          resolve()
        }, stopTimeoutMs)
      })
      await Promise.race([Promise.all([grpc.stopAccepting(), http.stopAccepting()]), timeout])
      clearTimeout(timer)
    },
    async close() {
      await Promise.all([grpc.close(), http.close()])
    },
  }
}
