import type { MutableCounts } from './delivery-counts.ts'
import { isOnlyInMemory, type OutboxEntry } from './outbox-entry.ts'
import type { Outbox } from './outbox.ts'
import type { Spool } from './spool.ts'

/** After a write that failed, the disk is left alone for so long, unless somebody flushes. */
const pauseAfterFailureMs = 5_000

interface SpillOptions {
  /** What memory alone has held for so long is written, and looked for twice as often. */
  readonly memoryOnlyMs: number
  /** There is one more on disk. */
  onSpooled(): void
  /** The disk did not take it: it waits in memory again. */
  onKept(): void
}

/** Moves requests from memory to disk, as outbox-entry.ts says. */
export class Spill {
  readonly #outbox: Outbox
  readonly #spool: Spool
  readonly #counts: MutableCounts
  readonly #options: SpillOptions
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #isRunning = false
  #pausedUntilMs = 0

  constructor(outbox: Outbox, spool: Spool, counts: MutableCounts, options: SpillOptions) {
    this.#outbox = outbox
    this.#spool = spool
    this.#counts = counts
    this.#options = options
  }

  /** Writes what waits, oldest first, as long as `isNeeded`. */
  async run(isNeeded: () => boolean): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (isNeeded() && !this.#isPaused) {
        const entry = this.#outbox.first
        if (entry === undefined) return
        await this.save(entry)
      }
    } finally {
      this.#isRunning = false
    }
  }

  /** From now on, what grows old in memory is written too, so that a kill -9 takes no more than the last seconds. */
  watch(): void {
    if (this.#timer !== undefined || this.#isStopped) return
    this.#timer = setTimeout(() => void this.#saveOld(), this.#options.memoryOnlyMs / 2).unref()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /**
   * Writes one, whatever becomes of it meanwhile: what is being sent is kept in memory too, and its copy goes when the
   * server has answered.
   */
  async save(entry: OutboxEntry): Promise<void> {
    if (entry.isBeingWritten || !isOnlyInMemory(entry)) return
    if (entry.state === 'waiting') this.#outbox.move(entry, 'saving')
    entry.isBeingWritten = true
    const isWritten = await this.#spool.write(this.#nameOf(entry), entry.request)
    entry.isBeingWritten = false
    if (!isWritten) this.#pausedUntilMs = performance.now() + pauseAfterFailureMs
    await this.#afterWrite(entry, isWritten)
    this.#outbox.notify()
  }

  /** Now and synchronously; whether it is on disk, or need not be. `syncFolder` of the spool has to follow. */
  saveSync(entry: OutboxEntry): boolean {
    if (!isOnlyInMemory(entry)) return true
    if (!this.#spool.writeSync(this.#nameOf(entry), entry.request)) return false
    // What is under way to the server goes on if the process does after all.
    if (!this.#outbox.move(entry, 'copied')) this.leave(entry)
    return true
  }

  /** There is a file of it: it need not be in memory. */
  leave(entry: OutboxEntry): void {
    if (!this.#outbox.move(entry, 'left')) return
    this.#counts.spooled += entry.request.spanCount
    this.#letGo(entry)
  }

  /** It is settled: there is no use for a copy. Its name is held until it is gone, lest it be sent from disk. */
  async clear(entry: OutboxEntry): Promise<void> {
    if (entry.isBeingWritten || entry.name === undefined) return // the end of the write does it; there never was a file
    await this.#spool.remove(entry.name)
    this.#outbox.letGo(entry)
  }

  get #isPaused(): boolean {
    return performance.now() < this.#pausedUntilMs
  }

  async #afterWrite(entry: OutboxEntry, isWritten: boolean): Promise<void> {
    switch (entry.state) {
      case 'saving':
        if (isWritten) return this.leave(entry)
        this.#outbox.move(entry, 'waiting')
        return this.#options.onKept()
      case 'sending':
        if (isWritten) this.#outbox.move(entry, 'copied')
        return
      case 'left': // saved at once meanwhile: from now on nobody of ours writes that file
        return this.#letGo(entry)
      case 'settled':
        return this.clear(entry)
    }
  }

  #letGo(entry: OutboxEntry): void {
    if (entry.isBeingWritten) return
    this.#outbox.letGo(entry)
    this.#options.onSpooled()
  }

  async #saveOld(): Promise<void> {
    const takenBeforeMs = performance.now() - this.#options.memoryOnlyMs
    for (const entry of this.#outbox.list()) {
      if (entry.takenMs > takenBeforeMs || this.#isPaused) break
      await this.save(entry)
    }
    this.#timer = undefined
    if (this.#outbox.list().some(isOnlyInMemory)) this.watch()
  }

  #nameOf(entry: OutboxEntry): string {
    const name = entry.name ?? this.#spool.nameOf(entry.request)
    this.#outbox.hold(entry, name)
    return name
  }
}
