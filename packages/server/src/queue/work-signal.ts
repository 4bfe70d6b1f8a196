/**
 * A signal between threads through shared memory: no message, no queue that could grow, and a thread that is busy finds
 * it when it is done.
 */
export class WorkSignal {
  readonly buffer: SharedArrayBuffer
  readonly #cell: Int32Array
  #seen: number

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer
    this.#cell = new Int32Array(buffer)
    this.#seen = Atomics.load(this.#cell, 0)
  }

  /** Wakes one waiting thread. */
  notify(): void {
    Atomics.add(this.#cell, 0, 1)
    Atomics.notify(this.#cell, 0, 1)
  }

  /** Wakes all. */
  notifyAll(): void {
    Atomics.add(this.#cell, 0, 1)
    Atomics.notify(this.#cell, 0)
  }

  /** From here on wait looks back. For who looks at something else first, and waits if that was in vain. */
  look(): void {
    this.#seen = Atomics.load(this.#cell, 0)
  }

  /**
   * Resolves at the next notify, at once if there was one since the last wait or look, at the latest after `timeoutMs`.
   * @returns whether there was one
   */
  async wait(timeoutMs: number): Promise<boolean> {
    const seen = this.#seen
    if (Atomics.load(this.#cell, 0) === seen) {
      const waiting = Atomics.waitAsync(this.#cell, 0, seen, timeoutMs)
      if (waiting.async) await waiting.value
    }
    this.#seen = Atomics.load(this.#cell, 0)
    return this.#seen !== seen
  }
}
