import { HttpConnection } from '../export/http-connection.ts'

export interface LedgerCounts {
  readonly payloads: Account
  readonly spans: Account
  readonly balanced: boolean
}

interface Account {
  readonly accepted: number
  readonly stored: number
  readonly duplicate: number
  readonly pending: number
  readonly dead: number
}

/** What the load program asks of Holdfast's Query API, over one connection. */
export class QueryClient {
  readonly #connection: HttpConnection
  readonly #host: string

  constructor(url: URL) {
    this.#connection = new HttpConnection(url)
    this.#host = url.host
  }

  async readLedger(): Promise<LedgerCounts> {
    const { status, body } = await this.#get('/api/v1/ledger')
    if (status !== 200) throw new Error(`GET /api/v1/ledger answered ${status}`)
    return JSON.parse(body.toString()) as LedgerCounts
  }

  /** @returns how many spans of the trace can be queried; 0 when it is not found */
  async countSpans(traceId: string): Promise<number> {
    const { status, body } = await this.#get(`/api/v1/traces/${traceId}`)
    if (status === 404) return 0
    if (status !== 200) throw new Error(`GET /api/v1/traces/{id} answered ${status}`)
    return (JSON.parse(body.toString()) as { span_count: number }).span_count
  }

  close(): void {
    this.#connection.close()
  }

  #get(path: string): ReturnType<HttpConnection['send']> {
    return this.#connection.send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`, 'latin1'))
  }
}
