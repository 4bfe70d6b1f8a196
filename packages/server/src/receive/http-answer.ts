import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { encodeExportResponse, type OtlpEncoding } from '../otlp/export-response.ts'
import { encodeRpcStatus } from '../otlp/rpc-status.ts'
import { serverVersion } from '../server-version.ts'
import type { HeaderList } from './cors.ts'
import { mediaTypes } from './http-request.ts'
import type { Rejection } from './rejection.ts'
import { httpStatusOf, retryAfterSecondsOf, rpcStatusOf } from './status-mapping.ts'
import { versionHeader } from './version-header.ts'

/** An answer before it is written. Content-Length is added when it is. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
}

const emptyBody = new Uint8Array(0)

// Nearly every answer is one of these two.
const fullSuccess: Readonly<Record<OtlpEncoding, HttpAnswer>> = {
  protobuf: successAnswer('protobuf', 0, ''),
  json: successAnswer('json', 0, ''),
}

export function answerSuccess(encoding: OtlpEncoding, rejectedSpans: number, message: string): HttpAnswer {
  if (rejectedSpans === 0 && message === '') return fullSuccess[encoding]
  return successAnswer(encoding, rejectedSpans, message)
}

function successAnswer(encoding: OtlpEncoding, rejectedSpans: number, message: string): HttpAnswer {
  return {
    status: 200,
    headers: ['Content-Type', mediaTypes[encoding], versionHeader, serverVersion],
    body: encodeExportResponse(encoding, rejectedSpans, message),
  }
}

/**
 * A google.rpc.Status in the encoding of the request, or text where the request did not say one.
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export function answerRejection(
  encoding: OtlpEncoding | undefined,
  rejection: Rejection,
  headers: HeaderList = [],
): HttpAnswer {
  const retryAfter = retryAfterSecondsOf(rejection)
  const status = httpStatusOf(rejection)
  const retryHeaders = retryAfter === undefined ? [] : ['Retry-After', String(retryAfter)]
  if (encoding === undefined) return answerText(status, rejection.message, [...headers, ...retryHeaders])
  return {
    status,
    headers: ['Content-Type', mediaTypes[encoding], ...headers, ...retryHeaders],
    body: encodeRpcStatus(encoding, rpcStatusOf(rejection)),
  }
}

export function answerText(status: number, text: string, headers: HeaderList = []): HttpAnswer {
  return {
    status,
    headers: ['Content-Type', 'text/plain; charset=utf-8', ...headers],
    body: Buffer.from(`${text}\n`),
  }
}

export function answerNoContent(headers: HeaderList): HttpAnswer {
  return { status: 204, headers, body: emptyBody }
}

/** Writes the answer to a request that has arrived in full. */
export function writeAnswer(res: ServerResponse, answer: HttpAnswer, extraHeaders: HeaderList): void {
  writeHead(res, answer, extraHeaders)
  if (answer.body.byteLength === 0) res.end()
  else res.end(answer.body)
}

// A body this small is read to its end although nobody wants it: cheaper for both sides than a new connection.
const worthReadingBytes = 64 * 1024
// A larger one is read for as long as this, so that the client finds the answer when it looks up from sending. Closing at
// once would reset the connection, and the reset overtakes the answer.
const drainMs = 5000

/** Connections whose last answer is on its way. */
const answeredEarly = new WeakSet<Duplex>()

/** Whether the last answer of the connection has been written, and it only waits to be closed. */
export function isAnsweredEarly(socket: Duplex): boolean {
  return answeredEarly.has(socket)
}

/** Writes an answer while the request's body is still arriving, and is thrown away. */
export function writeEarlyAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: HttpAnswer,
  extraHeaders: HeaderList,
  maxDrainBytes: number,
): void {
  const declaredBytes = Number(req.headers['content-length'] ?? (hasBody(req) ? Infinity : 0))
  if (declaredBytes <= worthReadingBytes && res.shouldKeepAlive) return writeAnswer(res, answer, extraHeaders)

  answeredEarly.add(req.socket)
  writeHead(res, answer, [...extraHeaders, 'Connection', 'close'])
  res.write(answer.body)
  let drainedBytes = 0
  const end = (): void => {
    clearTimeout(timer)
    res.end()
  }
  const timer = setTimeout(end, drainMs)
  timer.unref()
  req.on('data', (chunk: Buffer) => {
    drainedBytes += chunk.byteLength
    if (drainedBytes > maxDrainBytes) end()
  })
  req.on('end', end)
  req.on('close', end)
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined
}

function writeHead(res: ServerResponse, answer: HttpAnswer, extraHeaders: HeaderList): void {
  const headers = [...answer.headers, ...extraHeaders]
  if (answer.status !== 204) headers.push('Content-Length', String(answer.body.byteLength))
  res.writeHead(answer.status, headers)
}
