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
    const isWritten = await this.#spool.write(this.#nameOf(entry), entry.request)
    entry.isCopied = false
    if (isWritten) entry.isOnDisk = true // or it already was, by saveSync
    const state = entry.state as OutboxEntry['state'] // the server may have answered meanwhile
    if (!isWritten) this.#pausedUntilMs = performance.now() + pauseAfterFailureMs
    if (state === 'gone') await this.removeCopy(entry)
    else if (state === 'sending') this.#outbox.notify()
    else if (entry.isOnDisk) this.leaveToDisk(entry)
    else {
      this.#outbox.putBack(entry, 'in order')
      this.#events.onKept()
    }
  }

  /** Now and synchronously. */
  saveSync(entry: OutboxEntry): void {
    if (entry.isOnDisk || entry.state === 'gone') return
    if (!this.#spool.writeSync(this.#nameOf(entry), entry.request)) return
    // What is under way, to the server or to disk, goes on if the process does after all.
    entry.isOnDisk = true
    if (entry.state === 'waiting') this.leaveToDisk(entry)
  }

  /** There is a file of it: it need not be in memory. */
  leaveToDisk(entry: OutboxEntry): void {
    this.#counts.spooled += entry.request.spanCount
    this.#outbox.remove(entry)
    this.#outbox.letGo(entry)
    this.#events.onSpooled()
  }

  /** The server has answered: there is no use for a copy. Its name is held until it is gone, lest it be sent from disk. */
  async removeCopy(entry: OutboxEntry): Promise<void> {
    if (entry.isCopied) return // save() does it
    if (entry.isOnDisk) await this.#spool.remove(this.#nameOf(entry))
    this.#outbox.letGo(entry)
  }

  #nameOf(entry: OutboxEntry): string {
    const name = entry.name ?? this.#spool.nameOf(entry.request)
    this.#outbox.hold(entry, name)
    return name
  }
}
