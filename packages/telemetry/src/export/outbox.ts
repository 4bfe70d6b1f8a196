import type { ExportRequest } from './export-request.ts'

/** What a request takes in memory beside its bytes, about. */
const entryOverheadBytes = 512

/** A request in memory. */
export interface OutboxEntry {
  readonly request: ExportRequest
  /** Unlike any other here. */
  readonly id: number
  /** Its name on disk, once somebody wants to write it: it holds a checksum, which nobody else needs. */
  name: string | undefined
  /** Its place among those that wait. */
  order: number
  state: 'waiting' | 'sending' | 'saving' | 'gone'
  /** There is a copy on disk. */
  isOnDisk: boolean
  /** A copy is being written. */
  isCopied: boolean
}

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

  add(request: ExportRequest): void {
    const order = this.#nextOrder++
    const entry: OutboxEntry = {
      request,
      id: order,
      name: undefined,
      order,
      state: 'waiting',
      isOnDisk: false,
      isCopied: false,
    }
    this.#entries.add(entry)
    this.#waiting.push(entry)
    this.#spans += request.spanCount
    this.#bytes += sizeInMemory(request)
  }

  /** The oldest that waits. */
  get first(): OutboxEntry | undefined {
    return this.#waiting[0]
  }

  /** It waits no more. */
  begin(entry: OutboxEntry, state: 'sending' | 'saving'): void {
    this.#stopWaiting(entry)
    entry.state = state
  }

  /**
   * It waits again: in its place; or behind the next, so that when one fails and fails it is another's turn; or behind
   * all the others.
   */
  putBack(entry: OutboxEntry, where: 'in order' | 'behind the next' | 'last'): void {
    entry.state = 'waiting'
    const next = this.#waiting.find(({ order }) => order > entry.order)
    if (where === 'last') entry.order = this.#nextOrder++
    else if (where === 'behind the next' && next !== undefined) entry.order = next.order + 0.5
    const at = this.#waiting.findIndex(({ order }) => order > entry.order)
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, entry)
    this.notify()
  }

  /** It is delivered, refused, dropped or left to the disk. While there is a file of it, its name stays until `letGo`. */
  remove(entry: OutboxEntry): void {
    this.#stopWaiting(entry)
    entry.state = 'gone'
    if (!this.#entries.delete(entry)) return
    if (!entry.isOnDisk && !entry.isCopied) this.letGo(entry)
    this.#spans -= entry.request.spanCount
    this.#bytes -= sizeInMemory(entry.request)
    this.notify()
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

  /** Resolves once `condition` holds, or `timeoutMs` have passed. */
  async waitUntil(condition: () => boolean, timeoutMs: number): Promise<void> {
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
      const timer = setTimeout(end, timeoutMs) // not unref'd: somebody waits for us
      this.#watchers.add(look)
    })
  }

  #stopWaiting(entry: OutboxEntry): void {
    if (entry.state !== 'waiting') return
    const at = this.#waiting[0] === entry ? 0 : this.#waiting.indexOf(entry)
    this.#waiting.splice(at, 1)
  }
}

export function sizeInMemory(request: ExportRequest): number {
  return request.bytes.byteLength + entryOverheadBytes
}
