import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { ExportResultCode, suppressTracing, type ExportResult } from '@opentelemetry/core'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { report } from '../report.ts'
import type { Delivery, FlushBounds } from './delivery.ts'
import { newCounts } from './delivery-counts.ts'
import type { DeliveryOptions, DeliveryPace } from './delivery-options.ts'
import { encodeRequests } from './encode-requests.ts'
import type { ExportRequest } from './export-request.ts'
import { Gate, type Pass } from './gate.ts'
import { openTransport } from './open-transport.ts'
import { nameError, type Outcome } from './outcome.ts'
import { isFinal, isOnlyInMemory, type OutboxEntry } from './outbox-entry.ts'
import { Outbox } from './outbox.ts'
import { Replay } from './replay.ts'
import { ServerIdentity, type ServerName } from './server-identity.ts'
import { Spill } from './spill.ts'
import { Spool } from './spool.ts'
import { Strikes } from './strikes.ts'
import type { Transport } from './transport.ts'
import { findStrandedSpools } from './stranded-spools.ts'
import { placeOf, Trouble } from './trouble.ts'

const mebibyte = 1024 * 1024
/** How long a flush waits for the disk, where the caller names no time. */
const diskPatienceMs = 10_000

/** delivery.ts says what this guarantees. */
export class QueueingDelivery implements Delivery {
  readonly #outbox = new Outbox()
  readonly counts = newCounts(this.#outbox)
  readonly #options: DeliveryOptions
  readonly #pace: DeliveryPace
  readonly #maxQueueBytes: number
  readonly #gate: Gate
  readonly #strikes: Strikes
  readonly #transport: Transport
  readonly #trouble: Trouble
  readonly #spool: Spool | undefined
  readonly #spill: Spill | undefined
  readonly #replay: Replay | undefined
  readonly #identity = new ServerIdentity()
  #isAsking = false
  #ending: Promise<void> | undefined

  constructor(options: DeliveryOptions, pace: DeliveryPace) {
    const { name, target, spoolDir, maxQueueBytes = 64 * mebibyte, maxSpoolBytes = 256 * mebibyte } = options
    this.#options = options
    this.#pace = pace
    this.#maxQueueBytes = maxQueueBytes
    this.#transport = openTransport(target)
    this.#trouble = new Trouble(name, target.url, spoolDir, this.counts)
    this.#gate = new Gate(pace.backoff)
    this.#gate.onRoom = () => this.#pump()
    this.#strikes = new Strikes(this.#gate)
    if (spoolDir === undefined) return
    this.#spool = new Spool({
      dir: spoolDir,
      maxBytes: maxSpoolBytes,
      destination: options.destination ?? placeOf(target.url),
      onTrouble: (code, message, droppedSpans) => {
        this.counts.dropped += droppedSpans
        this.#trouble.tell(code, message)
      },
    })
    this.#replay = new Replay({
      spool: this.#spool,
      gate: this.#gate,
      strikes: this.#strikes,
      pollMs: pace.pollMs,
      accepts: ({ encoding }) => target.protocol !== 'grpc' || encoding === 'protobuf',
      isInMemory: (file) => this.#outbox.holds(file),
      send: (request) => this.#send(request),
      onSettled: ({ spanCount }, outcome) => this.#count(outcome, spanCount, 'replayed'),
      onRetry: (reason) => this.#trouble.away(reason, this.#gate.isDown),
      onTrouble: (code, message) => this.#trouble.tell(code, message),
    })
    this.#spill = new Spill(this.#outbox, this.#spool, this.counts, {
      memoryOnlyMs: pace.memoryOnlyMs,
      onSpooled: () => this.#replay?.wake(),
      onKept: () => this.#pump(),
    })
    this.#replay.wake()
    void findStrandedSpools(spoolDir).then((found) => {
      if (found.length > 0) this.#trouble.stranded(found)
    })
  }

  export(spans: readonly ReadableSpan[], done: (result: ExportResult) => void): void {
    this.counts.taken += spans.length
    if (this.#ending !== undefined) this.counts.dropped += spans.length
    else for (const request of this.#encode(spans)) this.#take(request)
    done({ code: ExportResultCode.SUCCESS })
  }

  async forceFlush({ timeoutMs, keepAlive = true }: FlushBounds = {}): Promise<void> {
    const startMs = performance.now()
    const requestMs = this.#options.target.timeoutMs
    // A disk is asked to take everything, however short the patience with the server is.
    const boundMs = timeoutMs ?? (this.#spill === undefined ? requestMs : Math.max(requestMs, diskPatienceMs))
    const leftMs = (ofMs = boundMs): number =>
      Math.max(0, startMs + Math.min(ofMs, boundMs) - performance.now())
    const mine = this.#outbox.list()
    const isSafe = (): boolean => !mine.some(isOnlyInMemory)
    this.#pump()
    if (this.#spill === undefined) return this.#outbox.waitUntil(isSafe, leftMs(), keepAlive)
    const graceMs = Math.min(this.#pace.flushGraceMs, leftMs() / 2)
    await this.#outbox.waitUntil(() => isSafe() || this.#gate.isTroubled, graceMs, keepAlive)
    const silent = `no answer within ${Math.round(graceMs)} ms`
    if (mine.some(({ state }) => state === 'copied')) this.#tellKept(silent)
    else if (isSafe()) {
      this.#tellKept()
      // The server takes what it gets: then a little more, for a process may be too short to send the spool beside its work.
      return withinMs(Math.min(this.#pace.drainMs, leftMs()), this.#replay?.drain(), keepAlive)
    }
    if (isSafe()) return
    let isTried = false
    void this.#saveAll(this.#spill, mine).then(() => {
      isTried = true
      this.#outbox.notify()
    })
    const isTold = (): boolean => isTried && !mine.some(({ isBeingWritten }) => isBeingWritten)
    await this.#outbox.waitUntil(() => isSafe() || isTold(), leftMs(), keepAlive)
    this.#tellKept(silent)
    // What the disk did not take, the server may.
    await this.#outbox.waitUntil(isSafe, leftMs(requestMs), keepAlive)
  }

  shutdown(bounds: FlushBounds = {}): Promise<void> {
    return (this.#ending ??= this.#end(bounds))
  }

  letGo(): void {
    this.#transport.letGo()
  }

  sendBestEffort(spans: readonly ReadableSpan[]): void {
    if (this.#ending !== undefined || (this.#gate.isTroubled && this.#outbox.queuedSpans > 0)) return
    const { serialize } = this.#options
    for (const request of encodeRequests(spans, serialize, this.#encoding).requests) {
      const pass = this.#gate.tryEnter()
      if (pass === undefined) return
      void this.#send(request).then((outcome) => this.#gate.leave(pass, outcome))
    }
  }

  get server(): ServerName {
    return this.#identity.name
  }

  askServer(): void {
    // The answer to what is queued will tell.
    if (this.#ending !== undefined || this.#isAsking || this.#outbox.queuedSpans > 0) return
    const pass = this.#gate.tryEnter()
    if (pass === undefined) return
    this.#isAsking = true
    const bytes = Buffer.from(this.#encoding === 'json' ? '{"resourceSpans":[]}' : '')
    void this.#send({ bytes, spanCount: 0, encoding: this.#encoding }).then((outcome) => {
      this.#isAsking = false
      this.#gate.leave(pass, outcome)
    })
  }

  spoolSync(): void {
    report.atOnce(() => {
      for (const entry of this.#outbox.list())
        if (this.#spill?.saveSync(entry) !== true)
          this.#drop(entry, 'HOLDFAST_LOST', 'spans were neither delivered nor written to disk at the end')
      this.#spool?.syncFolder()
      this.#tellKept()
    })
  }

  get #encoding(): ExportRequest['encoding'] {
    return this.#options.target.protocol === 'http/json' ? 'json' : 'protobuf'
  }

  #encode(spans: readonly ReadableSpan[]): readonly ExportRequest[] {
    const encoded = encodeRequests(spans, this.#options.serialize, this.#encoding)
    if (encoded.failedSpans > 0) {
      this.counts.dropped += encoded.failedSpans
      this.#trouble.tell('HOLDFAST_NOT_ENCODED', `spans cannot be encoded: ${nameError(encoded.error)}`)
    }
    return encoded.requests
  }

  #take(request: ExportRequest): void {
    this.#outbox.add(request)
    this.#spill?.watch()
    this.#pump()
    this.#spillIfNeeded()
    while (this.#outbox.queuedBytes > this.#maxQueueBytes && this.#outbox.first !== undefined)
      this.#drop(
        this.#outbox.first,
        'HOLDFAST_QUEUE_FULL',
        'the queue in memory is full: the oldest spans are dropped',
      )
  }

  #pump(): void {
    for (let entry = this.#outbox.first; entry !== undefined; entry = this.#outbox.first) {
      const pass = this.#gate.tryEnter()
      if (pass === undefined) return
      this.#outbox.move(entry, 'sending')
      void this.#sendEntry(entry, pass)
    }
  }

  async #sendEntry(entry: OutboxEntry, pass: Pass): Promise<void> {
    const outcome = await this.#send(entry.request)
    this.#gate.leave(pass, outcome)
    if (isFinal(entry)) return // the end was quicker, or a bound
    if (outcome.kind === 'retry') this.#keep(entry, outcome.reason)
    else if (this.#settle(entry)) this.#count(outcome, entry.request.spanCount, 'delivered')
  }

  /** One attempt, unseen by the application's own instrumentation and without its context. */
  async #send(request: ExportRequest): Promise<Outcome> {
    const suppressed = suppressTracing(ROOT_CONTEXT)
    const outcome = await context.with(suppressed, () => this.#transport.send(request))
    this.#identity.learn(outcome, request.spanCount === 0)
    return outcome
  }

  #keep(entry: OutboxEntry, reason: string): void {
    this.#trouble.away(reason, this.#gate.isDown)
    if (entry.state === 'copied') this.#spill?.leave(entry)
    else if (entry.isBeingWritten) this.#outbox.move(entry, 'saving')
    else if (this.#strikes.add(`in memory ${entry.id}`)) {
      this.#outbox.putBack(entry, 'last')
      void this.#spill?.save(entry) // it is not the target that is away: the others need not carry it along
    } else this.#outbox.putBack(entry, 'behind the next')
    this.#spillIfNeeded()
  }

  #spillIfNeeded(): void {
    void this.#spill?.run(() => this.#gate.isDown || this.#outbox.queuedBytes > this.#maxQueueBytes / 2)
  }

  async #saveAll(spill: Spill, entries: readonly OutboxEntry[]): Promise<void> {
    for (const entry of entries) await spill.save(entry)
  }

  #count(
    outcome: Exclude<Outcome, { kind: 'retry' }>,
    spanCount: number,
    as: 'delivered' | 'replayed',
  ): void {
    const rejected = outcome.kind === 'refused' ? spanCount : Math.min(outcome.rejectedSpans, spanCount)
    this.counts.rejected += rejected
    this.counts[as] += spanCount - rejected
    this.#trouble.answered(outcome)
  }

  /** Whether it was not settled, or left to the disk, before. */
  #settle(entry: OutboxEntry): boolean {
    if (!this.#outbox.move(entry, 'settled')) return false
    void this.#spill?.clear(entry)
    return true
  }

  #drop(entry: OutboxEntry, code: string, message: string): void {
    if (!this.#settle(entry)) return
    this.counts.dropped += entry.request.spanCount
    this.#trouble.tell(code, message)
  }

  /** That spans wait on disk, if it is the server's fault: it failed, or as `otherwise` says. */
  #tellKept(otherwise?: string): void {
    const isKept =
      this.counts.spooled > this.counts.replayed ||
      this.#outbox.list().some(({ state }) => state === 'copied')
    if (isKept && (this.#gate.isTroubled || otherwise !== undefined)) this.#trouble.kept(otherwise)
  }

  async #end(bounds: FlushBounds): Promise<void> {
    await this.forceFlush(bounds)
    this.#replay?.stop()
    this.#spill?.stop()
    this.#gate.close()
    this.spoolSync()
    for (const entry of this.#outbox.list()) this.#spill?.leave(entry)
    this.#transport.close()
  }
}

/** Waits for `work`, but no longer than that. The process waits with us if `keepAlive`. */
async function withinMs(
  timeoutMs: number,
  work: Promise<void> | undefined,
  keepAlive: boolean,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((done) => {
    timer = setTimeout(done, timeoutMs)
    if (!keepAlive) timer.unref()
  })
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
