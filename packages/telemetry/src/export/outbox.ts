import type { ExportRequest } from './export-request.ts'
import { isFinal, mayBecome, type EntryState, type OutboxEntry } from './outbox-entry.ts'

/** What a request takes in memory beside its bytes, about. */
const entryOverheadBytes = 512

/** The requests in memory, in the order they came; it knows how many and how large they are, and who waits for them. */
export class Outbox {
  readonly #entries = new Set<OutboxEntry>()
  readonly #waiting: OutboxEntry[] = []
  readonly #watchers = new Set<() => void>()
  readonly #names = new Set<string>()
  #nextOrder = 0
  #spans = 0
  #bytes = 0

  get queuedSpans(): number {
    return this.#spans
  }

  get queuedBytes(): number {
    return this.#bytes
  }

  add(request: ExportRequest): OutboxEntry {
    const order = this.#nextOrder++
    const entry: OutboxEntry = {
      request,
      id: order,
      takenMs: performance.now(),
      name: undefined,
      order,
      state: 'waiting',
      isBeingWritten: false,
    }
    this.#entries.add(entry)
    this.#waiting.push(entry)
    this.#spans += request.spanCount
    this.#bytes += sizeInMemory(request)
    return entry
  }

  /** The oldest that waits. */
  get first(): OutboxEntry | undefined {
    return this.#waiting[0]
  }

  /** Whether it could become that, and now is; one that waits again gets its old place. */
  move(entry: OutboxEntry, state: EntryState): boolean {
    if (!mayBecome(entry, state)) return false
    if (entry.state === 'waiting') this.#stopWaiting(entry)
    entry.state = state
    if (state === 'waiting') this.#startWaiting(entry)
    if (isFinal(entry)) {
      this.#entries.delete(entry)
      this.#spans -= entry.request.spanCount
      this.#bytes -= sizeInMemory(entry.request)
    }
    this.notify()
    return true
  }

  /** It waits again: behind the next, so that when one fails and fails it is another's turn; or behind all the others. */
  putBack(entry: OutboxEntry, where: 'behind the next' | 'last'): void {
    if (!mayBecome(entry, 'waiting')) return
    const next = this.#waiting.find(({ order }) => order > entry.order)
    if (where === 'last') entry.order = this.#nextOrder++
    else if (next !== undefined) entry.order = next.order + 0.5
    this.move(entry, 'waiting')
  }

  /** Everything in memory, oldest first. */
  list(): OutboxEntry[] {
    return [...this.#entries]
  }

  /** Whether a file of that name is a copy of what is or was in memory, and not to be sent from disk. */
  holds(name: string): boolean {
    return this.#names.has(name)
  }

  /** It is written under this name from now on, until `letGo`. */
  hold(entry: OutboxEntry, name: string): void {
    entry.name = name
    this.#names.add(name)
  }

  /** There is no file of it any more, or there is and it is the spool's. */
  letGo({ name }: OutboxEntry): void {
    if (name !== undefined) this.#names.delete(name)
  }

  /** Something changed for those who wait. */
  notify(): void {
    for (const look of [...this.#watchers]) look()
  }

  /** Resolves once `condition` holds, or `timeoutMs` have passed. The process waits with us if `keepAlive`. */
  async waitUntil(condition: () => boolean, timeoutMs: number, keepAlive: boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((done) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        done()
      }
      const look = (): void => {
        if (condition()) end()
      }
      const timer = setTimeout(end, timeoutMs)
      if (!keepAlive) timer.unref()
      this.#watchers.add(look)
    })
  }

  #startWaiting(entry: OutboxEntry): void {
    const at = this.#waiting.findIndex(({ order }) => order > entry.order)
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, entry)
  }

  #stopWaiting(entry: OutboxEntry): void {
    const at = this.#waiting[0] === entry ? 0 : this.#waiting.indexOf(entry)
    this.#waiting.splice(at, 1)
  }
}

export function sizeInMemory(request: ExportRequest): number {
  return request.bytes.byteLength + entryOverheadBytes
}
