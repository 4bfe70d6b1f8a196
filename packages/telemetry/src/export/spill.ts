import type { MutableCounts } from './delivery-counts.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import type { Spool } from './spool.ts'

/** After a write that failed, the disk is left alone for so long, unless somebody flushes. */
const pauseAfterFailureMs = 5_000

interface SpillEvents {
  /** There is one more on disk. */
  onSpooled(): void
  /** The disk did not take it: it waits in memory again. */
  onKept(): void
}

/** Moves requests from memory to disk. */
export class Spill {
  readonly #outbox: Outbox
  readonly #spool: Spool
  readonly #counts: MutableCounts
  readonly #events: SpillEvents
  #isRunning = false
  #pausedUntilMs = 0

  constructor(outbox: Outbox, spool: Spool, counts: MutableCounts, events: SpillEvents) {
    this.#outbox = outbox
    this.#spool = spool
    this.#counts = counts
    this.#events = events
  }

  /** Writes what waits, oldest first, as long as `isNeeded`. */
  async run(isNeeded: () => boolean): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (isNeeded() && performance.now() >= this.#pausedUntilMs) {
        const entry = this.#outbox.first
        if (entry === undefined) return
        await this.save(entry)
      }
    } finally {
      this.#isRunning = false
    }
  }

  /**
   * Writes one, whatever becomes of it meanwhile: what is being sent is kept in memory too, and its copy goes when the
   * server has answered.
   */
  async save(entry: OutboxEntry): Promise<void> {
    if (entry.isOnDisk || entry.isCopied || entry.state === 'saving' || entry.state === 'gone') return
    if (entry.state === 'waiting') this.#outbox.begin(entry, 'saving')
    entry.isCopied = true
    const isWritten = await this.#spool.write(entry.name, entry.request)
    entry.isCopied = false
    entry.isOnDisk = isWritten
    const state = entry.state as OutboxEntry['state'] // the server may have answered meanwhile
    if (!isWritten) this.#pausedUntilMs = performance.now() + pauseAfterFailureMs
    if (state === 'gone') await this.removeCopy(entry)
    else if (state === 'sending') this.#outbox.notify()
    else if (isWritten) this.leaveToDisk(entry)
    else {
      this.#outbox.putBack(entry, 'in order')
      this.#events.onKept()
    }
  }

  /** Now and synchronously. */
  saveSync(entry: OutboxEntry): void {
    if (entry.isOnDisk || entry.state === 'gone') return
    if (!this.#spool.writeSync(entry.name, entry.request)) return
    if (entry.state === 'sending') entry.isOnDisk = true
    else this.leaveToDisk(entry)
  }

  /** There is a file of it: it need not be in memory. */
  leaveToDisk(entry: OutboxEntry): void {
    this.#counts.spooled += entry.request.spanCount
    this.#outbox.remove(entry)
    this.#outbox.letGo(entry.name)
    this.#events.onSpooled()
  }

  /** The server has answered: there is no use for a copy. Its name is held until it is gone, lest it be sent from disk. */
  async removeCopy(entry: OutboxEntry): Promise<void> {
    if (entry.isCopied) return // save() does it
    if (entry.isOnDisk) await this.#spool.remove(entry.name)
    this.#outbox.letGo(entry.name)
  }
}
