/**
 * The OTLP/HTTP door: POST /v1/traces, protobuf and JSON, on HTTP/1.1.
 *
 * Guarantees: 200 only after the commit; every refusal has the status that OTLP prescribes, with a google.rpc.Status in
 * the request's encoding (protobuf where no request could be read, text where its Content-Type is neither; node:http
 * itself answers a missing Host and a strange Expect, without a body); what arrives is bounded in size, time,
 * connections and memory. Refuses everything but traces.
 *
 * Plain node:http and callbacks, because this code bounds how many small requests a server takes. Node 24.21, one core
 * for it, payloads of 8 spans (7.6 KB) on 64 connections, an appender that commits at once: 26 us a request, of which a
 * node:http server that only reads the body and answers 200 takes 17 (32 000 and 64 000 requests/s).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { OtlpEncoding } from '../otlp/export-response.ts'
import { readContentCoding, supportedCodings } from './content-coding.ts'
import { createCorsPolicy, type HeaderList } from './cors.ts'
import {
  answerNoContent,
  answerRejection,
  answerText,
  isAnsweredEarly,
  writeEarlyAnswer,
  type HttpAnswer,
} from './http-answer.ts'
import { answerSocket, rejectionOfClientError } from './http-client-error.ts'
import { HttpExchange, type HttpExchangeContext } from './http-exchange.ts'
import { mediaTypes, readEncoding, readResource } from './http-request.ts'
import { closeGraceMs, limitConnections, type Door, type DoorOptions } from './door.ts'
import { listen } from './listen.ts'
import { rejectStopping, type Rejection } from './rejection.ts'
import { RequestsUnderWay } from './requests-under-way.ts'

const usualTimeouts = {
  /** A head is one packet: who takes longer is broken, or holds connections open on purpose. */
  headersTimeout: 15_000,
  /** For head and body: 64 MiB at 4.5 Mbit/s. */
  requestTimeout: 120_000,
  /** node:http's 5 s is just the interval of the SDKs' batch processors: we would hang up while they send. */
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 5000,
}

export interface HttpDoorOptions extends DoorOptions {
  readonly corsAllowedOrigins: readonly string[]
  /** In milliseconds, by node:http's names. */
  readonly timeouts?: Partial<typeof usualTimeouts>
}

const aboutText =
  'This is the OTLP/HTTP port of Holdfast. POST traces to /v1/traces as application/x-protobuf or application/json.'

/** @throws Error when the port cannot be opened */
export async function openHttpDoor(options: HttpDoorOptions): Promise<Door> {
  const { appender, budget, maxPayloadBytes, log, metrics } = options
  const underWay = new RequestsUnderWay<HttpExchange>()
  let stopping = false
  const context: HttpExchangeContext = {
    appender,
    budget,
    maxPayloadBytes,
    log,
    metrics,
    underWay,
    isStopping: () => stopping,
  }
  const cors = createCorsPolicy(options.corsAllowedOrigins)
  const allowedMethods = cors === undefined ? 'POST' : 'POST, OPTIONS'

  function receive(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void {
    const resource = readResource(req.url)
    if (stopping) res.shouldKeepAlive = false
    if (resource !== 'traces') return answerOther(req, res, resource)
    if (req.method !== 'POST') return answerOtherMethod(req, res)
    const encoding = readEncoding(req.headers['content-type'])
    if (encoding === undefined) {
      const supported = `${mediaTypes.json}, ${mediaTypes.protobuf}`
      const message = `415 unsupported media type, supported: [${supported}]`
      return refuse(req, res, { code: 'unsupported_media_type', message }, ['Accept', supported])
    }
    if (stopping) return refuse(req, res, rejectStopping())
    const coding = readContentCoding(req.headers['content-encoding'])
    if (coding === undefined) {
      const message = `unsupported Content-Encoding, send one of: ${supportedCodings}, identity`
      return refuse(req, res, { code: 'unsupported_compression', message }, [
        'Accept-Encoding',
        supportedCodings,
      ])
    }
    const head = { encoding, coding, corsHeaders: corsHeadersFor(req), expectsContinue }
    new HttpExchange(context, req, res, head).start()
  }

  function corsHeadersFor(req: IncomingMessage): HeaderList {
    return cors === undefined ? [] : cors.answerHeaders(req.headers)
  }

  function answerOtherMethod(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'OPTIONS' && cors !== undefined) {
      return write(
        req,
        res,
        answerNoContent(['Allow', allowedMethods, ...cors.preflightHeaders(req.headers)]),
      )
    }
    // In text, as the Collector answers: who sends no body says no encoding.
    const message = '405 method not allowed, supported: [POST]'
    count(req, 'method_not_allowed')
    write(req, res, answerText(405, message, ['Allow', allowedMethods, ...corsHeadersFor(req)]))
  }

  function answerOther(
    req: IncomingMessage,
    res: ServerResponse,
    resource: 'unserved signal' | 'about' | 'unknown',
  ) {
    if (resource === 'about' && (req.method === 'GET' || req.method === 'HEAD')) {
      return write(req, res, answerText(200, aboutText))
    }
    const rejection: Rejection =
      resource === 'unserved signal'
        ? {
            code: 'signal_not_served',
            message: 'Holdfast serves traces only; send metrics, logs and profiles elsewhere',
          }
        : { code: 'unknown_path', message: '404 not found; send traces to /v1/traces' }
    refuse(req, res, rejection)
  }

  function refuse(
    req: IncomingMessage,
    res: ServerResponse,
    rejection: Rejection,
    headers: HeaderList = [],
  ): void {
    count(req, rejection.code)
    const encoding = readEncoding(req.headers['content-type'])
    write(req, res, answerRejection(encoding, rejection, [...headers, ...corsHeadersFor(req)]))
  }

  function write(req: IncomingMessage, res: ServerResponse, answer: HttpAnswer): void {
    writeEarlyAnswer(req, res, answer, [], maxPayloadBytes)
  }

  function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    // Who has left in the middle of a request, or has got the last answer, is beyond answering.
    const hasLeft = error.code === 'HPE_INVALID_EOF_STATE' || !socket.writable
    if (hasLeft || isAnsweredEarly(socket)) return void socket.destroy()
    const rejection = rejectionOfClientError(error)
    const exchanges = underWay.filter((exchange) => exchange.isOn(socket))
    for (const exchange of exchanges) exchange.breakOff(rejection)
    if (exchanges.length > 0) return
    countRefusal(undefined, rejection.code)
    answerSocket(socket, rejection)
  }

  function count(req: IncomingMessage, code: Rejection['code']): void {
    countRefusal(readEncoding(req.headers['content-type']), code)
  }

  function countRefusal(encoding: OtlpEncoding | undefined, code: Rejection['code']): void {
    metrics.answered({
      transport: 'http',
      encoding,
      code,
      bodyBytes: 0,
      acceptedSpans: 0,
      rejectedSpans: 0,
      durationMs: 0,
    })
  }

  const server = createServer({ ...usualTimeouts, ...options.timeouts }, (req, res) =>
    receive(req, res, false),
  )
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => receive(req, res, true))
  server.on('clientError', onClientError)
  limitConnections(server, 'OTLP/HTTP', log)
  const { host, port: wantedPort } = options
  const port = await listen(server, {
    host,
    port: wantedPort,
    protocol: 'OTLP/HTTP',
    setting: 'HOLDFAST_OTLP_HTTP_PORT',
  })

  let closed: Promise<void> | undefined

  function stopAccepting(): Promise<void> {
    stopping = true
    // Not http.Server.close, which also cuts connections that idle at this moment: their next request gets an answer.
    closed ??= new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()))
    underWay.refuseArriving(rejectStopping)
    return underWay.none()
  }

  return {
    port,
    stopAccepting,
    async close() {
      void stopAccepting()
      server.close()
      const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs)
      await closed
      clearTimeout(timer)
    },
  }
}
