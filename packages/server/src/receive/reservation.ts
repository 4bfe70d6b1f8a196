import type { ByteBudget } from '../queue/byte-budget.ts'

// What a request holds besides its bytes: the call, its stream, its place in the appender. Without it a million tiny calls
// would fit into the budget.
export const overheadBytes = 4096

/** What one request holds of the byte budget. Whoever opened it releases it once, on whichever way the request ends. */
export class Reservation {
  readonly #budget: ByteBudget
  #bytes = 0
  #released = false

  constructor(budget: ByteBudget) {
    this.#budget = budget
  }

  /** @returns false, and takes nothing, when the budget has no room or the request has ended already */
  tryGrow(bytes: number): boolean {
    const wanted = this.#bytes === 0 ? bytes + overheadBytes : bytes
    if (this.#released || !this.#budget.tryReserve(wanted)) return false
    this.#bytes += wanted
    return true
  }

  /** Gives back a part, such as the compressed bytes once they are decompressed. */
  shrink(bytes: number): void {
    if (this.#released) return
    this.#budget.release(bytes)
    this.#bytes -= bytes
  }

  /** Gives back everything; later calls do nothing. */
  release(): void {
    this.#released = true
    this.#budget.release(this.#bytes)
    this.#bytes = 0
  }
}
