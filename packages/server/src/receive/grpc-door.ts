/**
 * The OTLP/gRPC door: TraceService/Export on @grpc/grpc-js.
 *
 * Guarantees: OK only after the commit; refusals have the code that OTLP prescribes, and google.rpc.Status with RetryInfo
 * or BadRequest in `grpc-status-details-bin`. A call that is cancelled, or whose deadline passes, after its message has
 * arrived is still appended: the client sends it again, and it counts once. Refuses everything but traces.
 *
 * Payloads of 8 spans (7.6 KB), 64 calls under way on two connections: 85 to 110 us of processor time a call, where a
 * grpc-js server that answers at once takes 60 (busy machine, Node 24.21). HTTP takes 26: see http-door.ts.
 */
import { createServer, type Socket } from 'node:net'
import {
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  Metadata,
  type MethodDefinition,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { encodeExportResponse } from '../otlp/export-response.ts'
import { serverVersion } from '../server-version.ts'
import { decompress } from './decompress.ts'
import { closeGraceMs, limitConnections, type Door, type DoorOptions } from './door.ts'
import { exportTraces, type ExportResult } from './export-traces.ts'
import { GrpcArrival, grpcStatusOf, type GrpcArrivalContext } from './grpc-arrival.ts'
import { listen } from './listen.ts'
import { rejectInternal, rejectStopping, rejectTooSlow, type Rejection } from './rejection.ts'
import { RequestsUnderWay } from './requests-under-way.ts'
import { Reservation } from './reservation.ts'
import { versionHeader } from './version-header.ts'

type Handler = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void

const usualTimeouts = {
  /** For a call's message to arrive: 64 MiB at 4.5 Mbit/s, as over HTTP. (A client's own deadline is usually 10 s.) */
  arrivalMs: 120_000,
  arrivalCheckMs: 5000,
}

export interface GrpcDoorOptions extends DoorOptions {
  readonly timeouts?: Partial<typeof usualTimeouts>
}

const unservedServices = [
  'opentelemetry.proto.collector.metrics.v1.MetricsService',
  'opentelemetry.proto.collector.logs.v1.LogsService',
  'opentelemetry.proto.collector.profiles.v1development.ProfilesService',
]

// One for all answers: grpc-js only reads it.
const successMetadata = new Metadata()
successMetadata.set(versionHeader, serverVersion)

/** @throws Error when the port cannot be opened */
export async function openGrpcDoor(options: GrpcDoorOptions): Promise<Door> {
  const { appender, budget, maxPayloadBytes, log, metrics } = options
  const { arrivalMs, arrivalCheckMs } = { ...usualTimeouts, ...options.timeouts }
  const underWay = new RequestsUnderWay<GrpcArrival>()
  const context: GrpcArrivalContext = { maxPayloadBytes, metrics, underWay }
  const arrivals = new WeakMap<Metadata, GrpcArrival>()
  let stopping = false

  const watchArrival: ServerInterceptor = (_method, call) => {
    const arrival = new GrpcArrival(context, call, new Reservation(budget))
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, nextMetadata) {
            // The handler gets this very object: the only thing it has in common with the interceptor.
            arrivals.set(metadata, arrival)
            if (stopping) arrival.refuseIfArriving(rejectStopping())
            else nextMetadata(metadata)
          },
        })
      },
    })
  }

  const exportHandler: Handler = (call, callback) => {
    const arrival = arrivals.get(call.metadata)
    if (arrival === undefined || !arrival.handOver()) return callback(grpcStatusOf(rejectInternal()))
    const { reservation } = arrival

    const reject = (rejection: Rejection): void => {
      arrival.end(rejection.code, 0, 0)
      callback(grpcStatusOf(rejection))
    }
    const finish = (result: ExportResult): void => {
      if (result.kind === 'rejected') return reject(result.rejection)
      const { spanCount, rejectedSpans, message } = result
      arrival.end(rejectedSpans > 0 ? 'partial' : 'ok', spanCount, rejectedSpans)
      call.sendMetadata(successMetadata)
      callback(null, Buffer.from(encodeExportResponse('protobuf', rejectedSpans, message)))
    }

    const sent = call.request
    if (arrival.coding === 'identity')
      return exportTraces(appender, log, 'protobuf', sent, reservation, finish)
    decompress(arrival.coding, sent, { maxBytes: maxPayloadBytes, reservation }, (result) => {
      if (result.kind === 'rejected') return reject(result.rejection)
      reservation.shrink(sent.byteLength)
      exportTraces(appender, log, 'protobuf', result.bytes, reservation, finish)
    })
  }

  const refuseSignal: Handler = (call, callback) => {
    const message = 'Holdfast serves traces only; send metrics, logs and profiles elsewhere'
    const arrival = arrivals.get(call.metadata)
    if (arrival?.handOver() === true) arrival.end('signal_not_served', 0, 0)
    callback(grpcStatusOf({ code: 'signal_not_served', message }))
  }

  const server = new Server({
    interceptors: [watchArrival],
    'grpc.max_receive_message_length': maxPayloadBytes,
    // Streams of one connection: a Collector sends all it has through one.
    'grpc.max_concurrent_streams': 1000,
    // Finds connections whose other end has gone, within two minutes. Below one minute some proxies hang up on pings.
    'grpc.keepalive_time_ms': 90_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.enable_channelz': 0,
  })
  server.addService(exportService('opentelemetry.proto.collector.trace.v1.TraceService'), {
    export: exportHandler,
  })
  for (const name of unservedServices) server.addService(exportService(name), { export: refuseSignal })

  // A listener of our own: it can stop listening while its connections live on, bound their number, and say what is
  // wrong with a port.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sockets = new Set<Socket>()
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', (error) => log.debug({ err: error }, 'an OTLP/gRPC connection broke'))
    injector.injectConnection(socket)
  })
  limitConnections(listener, 'OTLP/gRPC', log)
  const port = await listen(listener, {
    host: options.host,
    port: options.port,
    protocol: 'OTLP/gRPC',
    setting: 'HOLDFAST_OTLP_GRPC_PORT',
  })
  const arrivalCheck = setInterval(() => {
    const oldestMs = performance.now() - arrivalMs
    underWay.refuseArriving((arrival) =>
      arrival.startedAtMs < oldestMs ? rejectTooSlow('the message') : undefined,
    )
  }, arrivalCheckMs)
  arrivalCheck.unref()
  let closed: Promise<void> | undefined

  function stopAccepting(): Promise<void> {
    stopping = true
    closed ??= new Promise((resolve) => listener.close(() => resolve()))
    underWay.refuseArriving(rejectStopping)
    return underWay.none()
  }

  return {
    port,
    stopAccepting,
    async close() {
      void stopAccepting()
      clearInterval(arrivalCheck)
      // Sends GOAWAY and waits for calls under way, then cuts.
      injector.drain(closeGraceMs)
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), closeGraceMs)
      await closed
      clearTimeout(timer)
      server.forceShutdown()
    },
  }
}

/** A service whose one method is Export, with messages left as bytes: bad ones are ours to refuse with the right code. */
function exportService(name: string): ServiceDefinition {
  const asIs = (bytes: Buffer): Buffer => bytes
  const method: MethodDefinition<Buffer, Buffer> = {
    path: `/${name}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }
  return { export: method }
}
