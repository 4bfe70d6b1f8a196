// Two backends for the same spans, and so the same trace ids in both. The first is the authority: what it does takes
// as long and ends as it would without the second. The second gets what it can: nothing that it throws, and no time
// that it takes beyond a short grace, reaches the agent or the first. What it loses that way is counted as dropped by it.
import type { Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { report } from '../report.ts'
import { settleWithin } from './settle-within.ts'
import type { TelemetryBackend } from './telemetry-backend.ts'

/**
 * How long a flush or shutdown waits for the second when the first is done. Enough for a request to a healthy MLflow
 * (about 50 ms); what a sick one did not take by then is in its queue or on its disk.
 */
const defaultGraceMs = 1000

/** Sends to both; `processors` feeds both. */
export class DualTelemetryBackend implements TelemetryBackend {
  readonly name: string
  readonly processors: readonly SpanProcessor[]
  readonly #first: TelemetryBackend
  readonly #second: TelemetryBackend
  readonly #graceMs: number
  readonly #lost = { spans: 0 }
  /** Of the second, how many flushes still go on though their grace ran out: as long as there are any, no new grace. */
  #lateCount = 0

  constructor(first: TelemetryBackend, second: TelemetryBackend, graceMs: number = defaultGraceMs) {
    this.name = `${first.name}+${second.name}`
    this.#first = first
    this.#second = second
    this.#graceMs = graceMs
    const isolated = second.processors.map((processor) => new IsolatedProcessor(processor, this.#lost))
    this.processors = [...first.processors, ...isolated]
  }

  /** Both start at once; resolves with the first, or a little later when the second is nearly done. */
  flush(timeoutMs: number): Promise<void> {
    return this.#both(timeoutMs, (backend, keepAlive) => backend.flush(timeoutMs, keepAlive))
  }

  /** As `flush`; of a second that is not done by then, what is in memory goes to its disk. */
  async shutdown(timeoutMs: number): Promise<void> {
    await this.#both(timeoutMs, (backend, keepAlive) => backend.shutdown(timeoutMs, keepAlive))
    if (this.#lateCount > 0) contain('second', () => this.#second.endNow())
  }

  letGo(): void {
    contain('first', () => this.#first.letGo())
    contain('second', () => this.#second.letGo())
  }

  endNow(): void {
    contain('first', () => this.#first.endNow())
    contain('second', () => this.#second.endNow())
  }

  /** The first's, then the second's. */
  get counts(): TelemetryBackend['counts'] {
    const [head, ...rest] = this.#second.counts
    if (head === undefined || this.#lost.spans === 0) return [...this.#first.counts, ...this.#second.counts]
    const { counts } = head
    const withLost = {
      ...counts,
      taken: counts.taken + this.#lost.spans,
      dropped: counts.dropped + this.#lost.spans,
    }
    return [...this.#first.counts, { name: head.name, counts: withLost }, ...rest]
  }

  async #both(
    timeoutMs: number,
    act: (backend: TelemetryBackend, keepAlive: boolean) => Promise<void>,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs
    const first = start(() => act(this.#first, true))
    let isSecondDone = false
    const second = start(() => act(this.#second, false)).then(() => {
      isSecondDone = true
    })
    await first
    const graceMs = this.#lateCount > 0 ? 0 : Math.min(this.#graceMs, deadline - performance.now())
    await settleWithin(Math.max(graceMs, 0), second)
    if (isSecondDone) return
    this.#lateCount += 1
    void second.then(() => (this.#lateCount -= 1))
  }
}

/** The second's processor, in a place where it cannot do harm. */
class IsolatedProcessor implements SpanProcessor {
  readonly #inner: SpanProcessor
  readonly #lost: { spans: number }

  constructor(inner: SpanProcessor, lost: { spans: number }) {
    this.#inner = inner
    this.#lost = lost
  }

  onStart(span: Span, parentContext: Context): void {
    contain('second', () => this.#inner.onStart(span, parentContext))
  }

  onEnd(span: ReadableSpan): void {
    if (!contain('second', () => this.#inner.onEnd(span))) this.#lost.spans += 1
  }

  /** A provider awaits the flush of all its processors: it starts here, and nobody waits for it. */
  forceFlush(): Promise<void> {
    void start(() => this.#inner.forceFlush())
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    void start(() => this.#inner.shutdown())
    return Promise.resolve()
  }
}

/** Never rejects. */
async function start(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tell('a backend', error)
  }
}

function contain(which: string, work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    tell(`the ${which} backend`, error)
    return false
  }
}

function tell(which: string, error: unknown): void {
  const name = error instanceof Error ? error.name : 'unknown error'
  report.warnOnce(
    'HOLDFAST_BACKEND_FAILED',
    `${which} failed (${name}); the agent and other backends go on without it.`,
  )
}
