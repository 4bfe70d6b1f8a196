import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../log.ts'
import type { OtlpEncoding } from '../otlp/export-response.ts'
import type { Appender } from '../queue/appender.ts'
import type { ByteBudget } from '../queue/byte-budget.ts'
import type { ContentCoding } from './content-coding.ts'
import type { HeaderList } from './cors.ts'
import { decompress } from './decompress.ts'
import { exportTraces, type ExportResult } from './export-traces.ts'
import {
  answerRejection,
  answerSuccess,
  writeAnswer,
  writeEarlyAnswer,
  type HttpAnswer,
} from './http-answer.ts'
import type { AnswerCode, ReceiverMetrics } from './receiver-metrics.ts'
import { rejectBusy, rejectTooLarge, type Rejection } from './rejection.ts'
import type { RequestsUnderWay } from './requests-under-way.ts'
import { Reservation } from './reservation.ts'

/** What all exchanges of the HTTP door have in common. */
export interface HttpExchangeContext {
  readonly appender: Appender
  readonly budget: ByteBudget
  readonly maxPayloadBytes: number
  readonly log: Log
  readonly metrics: ReceiverMetrics
  readonly underWay: RequestsUnderWay<HttpExchange>
  isStopping(): boolean
}

export interface ExportHead {
  readonly encoding: OtlpEncoding
  readonly coding: ContentCoding | 'identity'
  readonly corsHeaders: HeaderList
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
}

type State = 'arriving' | 'working' | 'ended'

/**
 * One POST of traces, from its head to its answer. Whichever way it ends (answered, refused, client gone), its bytes go
 * back to the budget and the metrics hear of it, once.
 */
export class HttpExchange {
  readonly #context: HttpExchangeContext
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #head: ExportHead
  readonly #reservation: Reservation
  readonly #startedAtMs = performance.now()
  #chunks: Buffer[] = []
  #bodyBytes = 0
  #state: State = 'arriving'

  constructor(context: HttpExchangeContext, req: IncomingMessage, res: ServerResponse, head: ExportHead) {
    this.#context = context
    this.#req = req
    this.#res = res
    this.#head = head
    this.#reservation = new Reservation(context.budget)
  }

  /** Admits the request by what its head says, then reads the body. */
  start(): void {
    const { underWay, maxPayloadBytes } = this.#context
    underWay.add(this)
    const req = this.#req
    const declared = req.headers['content-length']
    if (declared !== undefined) {
      const declaredBytes = Number(declared)
      if (declaredBytes > maxPayloadBytes) return this.#reject(rejectTooLarge('the body', maxPayloadBytes))
      if (!this.#reservation.tryGrow(declaredBytes)) return this.#reject(rejectBusy())
    }
    if (this.#head.expectsContinue) this.#res.writeContinue()
    const isReserved = declared !== undefined
    req.on('data', (chunk: Buffer) => this.#take(chunk, isReserved))
    req.on('end', () => this.#process())
    req.on('close', () => this.#abandon())
  }

  /** Whether this exchange is the one, or one of those, that the connection carries now. */
  isOn(socket: Duplex): boolean {
    return this.#req.socket === socket
  }

  /** Nothing more can be read from the connection. A request that has arrived in full waits for its commit and hears of that. */
  breakOff(rejection: Rejection): void {
    this.#res.shouldKeepAlive = false
    if (!this.#req.complete) this.refuseIfArriving(rejection)
  }

  refuseIfArriving(rejection: Rejection): void {
    if (this.#state === 'arriving') this.#reject(rejection)
  }

  #take(chunk: Buffer, isReserved: boolean): void {
    if (this.#state !== 'arriving') return
    const { maxPayloadBytes } = this.#context
    this.#bodyBytes += chunk.byteLength
    if (this.#bodyBytes > maxPayloadBytes) return this.#reject(rejectTooLarge('the body', maxPayloadBytes))
    if (!isReserved && !this.#reservation.tryGrow(chunk.byteLength)) return this.#reject(rejectBusy())
    this.#chunks.push(chunk)
  }

  #process(): void {
    if (this.#state !== 'arriving') return
    this.#state = 'working'
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bodyBytes)
    this.#chunks = []
    const { coding } = this.#head
    if (coding === 'identity') return this.#export(body)

    const limits = { maxBytes: this.#context.maxPayloadBytes, reservation: this.#reservation }
    decompress(coding, body, limits, (result) => {
      if (result.kind === 'rejected') return this.#reject(result.rejection)
      this.#reservation.shrink(body.byteLength)
      this.#export(result.bytes)
    })
  }

  #export(body: Uint8Array): void {
    const { appender, log } = this.#context
    exportTraces(appender, log, this.#head.encoding, body, this.#reservation, (result) =>
      this.#finish(result),
    )
  }

  #finish(result: ExportResult): void {
    if (result.kind === 'rejected') return this.#reject(result.rejection)
    const { spanCount, rejectedSpans, message } = result
    this.#end(rejectedSpans > 0 ? 'partial' : 'ok', spanCount, rejectedSpans)
    this.#write(answerSuccess(this.#head.encoding, rejectedSpans, message))
  }

  #reject(rejection: Rejection): void {
    this.#end(rejection.code, 0, 0)
    this.#write(answerRejection(this.#head.encoding, rejection))
  }

  /** The client has left before its request was complete: there is nobody to answer, and nothing was stored. */
  #abandon(): void {
    if (this.#state === 'arriving') this.#end('aborted', 0, 0)
  }

  #end(code: AnswerCode, acceptedSpans: number, rejectedSpans: number): void {
    this.#state = 'ended'
    this.#chunks = []
    this.#reservation.release()
    this.#context.metrics.answered({
      transport: 'http',
      encoding: this.#head.encoding,
      code,
      bodyBytes: this.#bodyBytes,
      acceptedSpans,
      rejectedSpans,
      durationMs: performance.now() - this.#startedAtMs,
    })
    this.#context.underWay.remove(this)
  }

  #write(answer: HttpAnswer): void {
    const { corsHeaders } = this.#head
    if (this.#res.destroyed) return
    if (this.#context.isStopping()) this.#res.shouldKeepAlive = false
    if (this.#req.complete) return writeAnswer(this.#res, answer, corsHeaders)
    writeEarlyAnswer(this.#req, this.#res, answer, corsHeaders, this.#context.maxPayloadBytes)
  }
}
