import type { ReadOptions, TraceStore } from '../../store/trace-store.ts'
import { NameMemory } from '../name-memory.ts'

// Long enough for a page of traces of one service, short enough that nobody waits for the truth.
const keptForMs = 5000
const maxServices = 1000

/** Knows for a moment which services are called by others: the store has to look at traces to tell. */
export class CalledServices {
  readonly #store: TraceStore
  readonly #known = new NameMemory<{ readonly isCalled: boolean; readonly askedAtMs: number }>(maxServices)

  constructor(store: TraceStore) {
    this.#store = store
  }

  /** @returns those of the services that others call */
  async findCalled(services: readonly string[], options: ReadOptions): Promise<ReadonlySet<string>> {
    const called = new Set<string>()
    for (const service of services) {
      const known = this.#known.get(service)
      const isFresh = known !== undefined && performance.now() - known.askedAtMs < keptForMs
      const isCalled = isFresh ? known.isCalled : await this.#store.isCalledByOthers(service, options)
      if (!isFresh) this.#known.set(service, { isCalled, askedAtMs: performance.now() })
      if (isCalled) called.add(service)
    }
    return called
  }
}
