// OTLP/HTTP by node's own client, not by fetch: what instruments fetch shall not see us.
import http from 'node:http'
import https from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DeliveryTarget } from './delivery-target.ts'
import { readExportResponse } from './export-response.ts'
import type { ExportRequest, RequestEncoding } from './export-request.ts'
import { nameError, quoteServer, retryLater, versionHeader, type Outcome } from './outcome.ts'
import { readRetryAfterMs } from './retry-after.ts'
import { readRpcStatus } from './rpc-status.ts'
import type { Transport } from './transport.ts'
import { askHeaders } from './ask-headers.ts'
import { userAgent } from './user-agent.ts'

const compress = promisify(gzip)

const contentTypes: Readonly<Record<RequestEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#retryable-response-codes */
const retryableStatuses: readonly number[] = [429, 502, 503, 504]

/** What the specification lets a server answer at most; the rest is not read. */
const maxAnswerBytes = 4 * 1024 * 1024

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export class HttpTransport implements Transport {
  readonly #target: DeliveryTarget
  readonly #url: URL
  readonly #agent: http.Agent

  constructor(target: DeliveryTarget) {
    this.#target = target
    this.#url = new URL(target.url)
    const { ca, cert, key } = target.tls ?? {}
    const isTls = this.#url.protocol === 'https:'
    this.#agent = isTls
      ? new https.Agent({ keepAlive: true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) })
      : new http.Agent({ keepAlive: true })
  }

  async send(request: ExportRequest): Promise<Outcome> {
    const deadline = AbortSignal.timeout(this.#target.timeoutMs)
    try {
      const given = await askHeaders(this.#target, deadline)
      const isGzip = this.#target.compression === 'gzip'
      const body = isGzip ? await compress(request.bytes) : request.bytes
      const headers = {
        'user-agent': userAgent,
        ...given,
        'content-type': contentTypes[request.encoding],
        'content-length': body.byteLength,
        ...(isGzip && { 'content-encoding': 'gzip' }),
      }
      return readOutcome(await this.#post(headers, body, deadline), request.encoding, this.#target)
    } catch (error) {
      return retryLater(deadline.aborted ? `no answer within ${this.#target.timeoutMs} ms` : nameError(error))
    }
  }

  /** Its sockets keep nobody alive. */
  letGo(): void {}

  close(): void {
    this.#agent.destroy()
  }

  async #post(
    headers: http.OutgoingHttpHeaders,
    body: Uint8Array,
    signal: AbortSignal,
    isSecondTry = false,
  ): Promise<Answer> {
    const { request: open } = this.#url.protocol === 'https:' ? https : http
    const request = open(this.#url, { method: 'POST', headers, agent: this.#agent, signal })
    request.on('socket', (socket) => socket.unref())
    try {
      return await exchange(request, body)
    } catch (error) {
      // The server had closed the idle connection that we used: no failure, only late.
      if (isSecondTry || !request.reusedSocket || signal.aborted) throw error
      return this.#post(headers, body, signal, true)
    }
  }
}

function exchange(request: http.ClientRequest, body: Uint8Array): Promise<Answer> {
  return new Promise((done, fail) => {
    request.once('error', fail)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const finish = (): void =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= maxAnswerBytes) return void chunks.push(chunk)
        finish()
        response.destroy()
      })
      response.once('end', finish)
      response.once('error', fail)
      response.once('close', () => fail(new Error('the answer was cut off'))) // nothing new after 'end'
    })
    request.end(body)
  })
}

function readOutcome(
  { status, headers, body }: Answer,
  sent: RequestEncoding,
  { explainRefusal }: DeliveryTarget,
): Outcome {
  const encoding = headers['content-type']?.toLowerCase().startsWith(contentTypes.json) ? 'json' : sent
  if (status >= 200 && status < 300) {
    const { rejectedSpans, message } = readExportResponse(body, encoding)
    const isHoldfast = headers[versionHeader] !== undefined
    return {
      kind: 'delivered',
      rejectedSpans,
      message: quoteServer(message),
      ...(isHoldfast && { isHoldfast }),
    }
  }
  const explained = explainRefusal?.(status, body)
  const reason = explained?.reason ?? quoteRefusal(status, body, encoding)
  if (!(explained?.mayPass ?? retryableStatuses.includes(status))) return { kind: 'refused', reason }
  return retryLater(reason, readRetryAfterMs(headers['retry-after'], headers.date, Date.now()))
}

function quoteRefusal(status: number, body: Buffer, encoding: RequestEncoding): string {
  const message = quoteServer(readRpcStatus(body, encoding).message)
  return message === '' ? `HTTP ${status}` : `HTTP ${status}: ${message}`
}
