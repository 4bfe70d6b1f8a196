// Clients that behave as exporters do: send, and send the same again until it is acknowledged. What was acknowledged is
// written down, so that it can be held against what the program shows.
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, credentials, status as grpcStatus, type ServiceError } from '@grpc/grpc-js'
import { encodePayload, newSpanId, newTraceId, type TestSpan } from './encode-payload.ts'
import { findTrace, listSpans, readLedger } from './query-client.ts'
import { waitUntil } from './wait-until.ts'

export interface LoadOptions {
  readonly clients: number
  readonly spansPerPayload: number
  readonly payloadsPerTrace: number
}

/** The statuses after which OTLP lets a client send again. */
const retryable = [429, 502, 503, 504]
const retryableGrpc = [
  ...[grpcStatus.CANCELLED, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.RESOURCE_EXHAUSTED],
  ...[grpcStatus.ABORTED, grpcStatus.OUT_OF_RANGE, grpcStatus.UNAVAILABLE, grpcStatus.DATA_LOSS],
]
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const retryPauseMs = 20
/** A request without an answer is given up and sent again, as exporters do after their timeout. */
const answerWithinMs = 10_000

export class Load {
  /** Span ids by trace id, all in hex. */
  readonly acknowledged = new Map<string, Set<string>>()
  /** Sent without an answer until the end: they may have arrived or not. */
  readonly unanswered = new Map<string, Set<string>>()
  /** Refusals that no client would send again: data lost, unless there are none. */
  readonly refusals: string[] = []
  acknowledgedSpans = 0
  /** Attempts that failed in a way that lets the client try again. */
  retries = 0

  readonly #options: LoadOptions
  readonly #agent: Agent
  /** By address. */
  readonly #grpcClients = new Map<string, Client>()
  #urls: readonly string[]
  #stopped = false
  #clients: Promise<unknown> = Promise.resolve()

  /** @param urls of OTLP/HTTP, or `grpc://host:port`; the clients are spread over them, and change with every attempt */
  constructor(
    urls: readonly string[],
    options: LoadOptions = { clients: 8, spansPerPayload: 8, payloadsPerTrace: 25 },
  ) {
    this.#urls = urls
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.clients * 2 })
  }

  start(): this {
    this.#clients = Promise.all(
      Array.from({ length: this.#options.clients }, (_, client) => this.#run(client)),
    )
    return this
  }

  /** Where to send from now on: a restarted server has other ports. */
  sendTo(...urls: readonly string[]): void {
    this.#urls = urls
  }

  /** Resolves once that many more spans were acknowledged than are now. */
  async waitForSpans(more: number): Promise<void> {
    const goal = this.acknowledgedSpans + more
    await waitUntil(() => this.acknowledgedSpans >= goal || this.refusals.length > 0, 2)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#clients
    this.#agent.destroy()
    for (const client of this.#grpcClients.values()) client.close()
  }

  async #run(client: number): Promise<void> {
    while (!this.#stopped) {
      const traceId = newTraceId()
      for (let count = 0; count < this.#options.payloadsPerTrace && !this.#stopped; count++) {
        await this.#deliver(client, traceId)
      }
    }
  }

  async #deliver(client: number, traceId: string): Promise<void> {
    const spans = Array.from({ length: this.#options.spansPerPayload }, (): TestSpan => {
      return {
        traceId,
        spanId: newSpanId(),
        name: `load ${client}`,
        attributes: { 'e2e.client': String(client) },
      }
    })
    const payload = encodePayload('load', spans)
    const ids = spans.map((span) => span.spanId)
    for (let attempt = 0; ; attempt++) {
      const url = this.#urls[(client + attempt) % this.#urls.length] ?? ''
      const status = await (url.startsWith('grpc:') ? this.#call(url, payload) : this.#post(url, payload))
      if (status === 200) {
        note(this.acknowledged, traceId, ids)
        this.acknowledgedSpans += ids.length
        return
      }
      if (status !== 'no answer' && !retryable.includes(status)) {
        this.refusals.push(`${status} from ${url}`)
        return
      }
      this.retries++
      if (this.#stopped) {
        note(this.unanswered, traceId, ids)
        return
      }
      await delay(retryPauseMs)
    }
  }

  /** @returns the HTTP status that says the same */
  #call(url: string, payload: Buffer): Promise<number | 'no answer'> {
    const address = new URL(url).host
    const client = this.#grpcClients.get(address) ?? new Client(address, credentials.createInsecure())
    this.#grpcClients.set(address, client)
    const asIs = (bytes: Buffer): Buffer => bytes
    const options = { deadline: Date.now() + answerWithinMs }
    return new Promise((done) => {
      client.makeUnaryRequest(exportPath, asIs, asIs, payload, options, (error: ServiceError | null) => {
        if (error === null) done(200)
        else done(retryableGrpc.includes(error.code) ? 'no answer' : 400)
      })
    })
  }

  #post(url: string, payload: Buffer): Promise<number | 'no answer'> {
    return new Promise((done) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-length': payload.length }
      const sent = request(`${url}/v1/traces`, {
        method: 'POST',
        agent: this.#agent,
        headers,
        signal: AbortSignal.timeout(answerWithinMs),
      })
      sent.once('error', () => done('no answer'))
      sent.once('response', (answer) => {
        // The acknowledgement counts when it arrived whole.
        answer.once('error', () => done('no answer'))
        answer.once('close', () => done(answer.complete ? (answer.statusCode ?? 0) : 'no answer'))
        answer.resume()
      })
      sent.end(payload)
    })
  }
}

/**
 * Holds what was acknowledged against what the Query API shows: every acknowledged span once, none twice, none that was
 * not sent, summaries that count the same, and books that balance.
 */
export async function assertNothingLost(queryUrl: string, load: Load): Promise<void> {
  assert.deepEqual(load.refusals, [], 'only answers that let the client send again')
  await waitUntil(async () => {
    const { payloads, spans } = await readLedger(queryUrl)
    return payloads.pending === 0 && spans.pending === 0
  })
  let stored = 0
  for (const traceId of new Set([...load.acknowledged.keys(), ...load.unanswered.keys()])) {
    const found = (await listSpans(queryUrl, traceId)).map((span) => span.span_id)
    const shown = new Set(found)
    assert.equal(shown.size, found.length, `trace ${traceId} shows a span twice`)
    const acknowledged = load.acknowledged.get(traceId) ?? new Set()
    const lost = [...acknowledged].filter((id) => !shown.has(id))
    assert.deepEqual(lost, [], `trace ${traceId} lost acknowledged spans`)
    const maybe = load.unanswered.get(traceId) ?? new Set()
    assert.deepEqual(
      found.filter((id) => !acknowledged.has(id) && !maybe.has(id)),
      [],
      `trace ${traceId} shows spans that nobody sent`,
    )
    if (found.length > 0) assert.equal((await findTrace(queryUrl, traceId))?.span_count, found.length)
    stored += found.length
  }
  const ledger = await readLedger(queryUrl)
  assert.equal(ledger.balanced, true, JSON.stringify(ledger))
  assert.equal(ledger.spans.stored, stored)
  assert.equal(ledger.spans.dead + ledger.spans.discarded + ledger.spans.expired, 0)
  assert.equal(ledger.spans.accepted, stored + ledger.spans.duplicate)
}

function note(into: Map<string, Set<string>>, traceId: string, spanIds: readonly string[]): void {
  const known = into.get(traceId) ?? new Set<string>()
  for (const id of spanIds) known.add(id)
  into.set(traceId, known)
}
