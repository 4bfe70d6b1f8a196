import type { Operation, ReadOptions, TraceStore } from '../../store/trace-store.ts'
import { NameMemory } from '../name-memory.ts'
import { operationKey } from './hop.ts'

// Long enough for a page of traces of one service, short enough that nobody waits for the truth.
const keptForMs = 5000
const maxOperations = 1000

/** Knows for a moment which operations are called by others: the store has to look at traces to tell. */
export class CalledOperations {
  readonly #store: TraceStore
  readonly #known = new NameMemory<{ readonly isCalled: boolean; readonly askedAtMs: number }>(maxOperations)

  constructor(store: TraceStore) {
    this.#store = store
  }

  /** @returns the keys of those of the operations that others call */
  async findCalled(operations: readonly Operation[], options: ReadOptions): Promise<ReadonlySet<string>> {
    const called = new Set<string>()
    for (const { service, name, kind } of operations) {
      const key = operationKey({ serviceName: service, name, kind })
      const known = this.#known.get(key)
      const isFresh = known !== undefined && performance.now() - known.askedAtMs < keptForMs
      const isCalled = isFresh
        ? known.isCalled
        : await this.#store.isCalledByOthers({ service, name, kind }, options)
      if (!isFresh) this.#known.set(key, { isCalled, askedAtMs: performance.now() })
      if (isCalled) called.add(key)
    }
    return called
  }
}
