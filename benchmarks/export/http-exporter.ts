import type { Payload } from '../workload/payload-source.ts'
import {
  defaultRetryMs,
  readRejectedSpans,
  type Attempt,
  type Exporter,
  type ExporterOptions,
} from './exporter.ts'
import { HttpConnection, type HttpResponse } from './http-connection.ts'

/** The head of the request that carries a payload of this length: it is put in front of the payload once and for all. */
export function makeHttpHead(options: ExporterOptions, bodyBytes: number): Uint8Array {
  const { endpoint, headers } = options
  const path = endpoint.pathname === '/' ? '/v1/traces' : endpoint.pathname
  const lines = [
    `POST ${path}${endpoint.search} HTTP/1.1`,
    `Host: ${endpoint.host}`,
    'Content-Type: application/x-protobuf',
    `Content-Length: ${bodyBytes}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** OTLP/HTTP with protobuf. */
export class HttpExporter implements Exporter {
  readonly #connection: HttpConnection

  constructor(options: ExporterOptions) {
    this.#connection = new HttpConnection(options.endpoint)
  }

  async send(payload: Payload): Promise<Attempt> {
    try {
      return judge(await this.#connection.send(payload.bytes))
    } catch (error) {
      return {
        kind: 'retry',
        afterMs: defaultRetryMs,
        reason: error instanceof Error ? error.message : String(error),
      }
    }
  }

  close(): void {
    this.#connection.close()
  }
}

/** OTLP/HTTP Response: 429, 502, 503 and 504 are retryable, after what Retry-After says. */
function judge(response: HttpResponse): Attempt {
  const { status, headers, body } = response
  if (status === 200) return { kind: 'acknowledged', rejectedSpans: readRejectedSpans(body) }
  if (status !== 429 && (status < 502 || status > 504)) return { kind: 'refused', reason: `HTTP ${status}` }
  const seconds = Number(headers.get('retry-after'))
  return { kind: 'retry', afterMs: seconds > 0 ? seconds * 1000 : defaultRetryMs, reason: `HTTP ${status}` }
}
