/**
 * How many bytes of payloads the door and the queries together may hold at once. The persist threads are bounded apart, by
 * what they claim, and the handover by its ring.
 * Nobody waits for room: who gets none answers "busy, come back", so that a flood cannot pile up in memory.
 */
export class ByteBudget {
  readonly totalBytes: number
  readonly #whole: ByteBudget | undefined
  #reservedBytes = 0

  /** @param whole a larger budget that this one is a share of: what is reserved here is reserved there too */
  constructor(totalBytes: number, whole?: ByteBudget) {
    this.totalBytes = totalBytes
    this.#whole = whole
  }

  get reservedBytes(): number {
    return this.#reservedBytes
  }

  /** @returns false, and reserves nothing, when the budget has no room for so many bytes */
  tryReserve(bytes: number): boolean {
    if (this.#reservedBytes + bytes > this.totalBytes) return false
    if (this.#whole?.tryReserve(bytes) === false) return false
    this.#reservedBytes += bytes
    return true
  }

  /** Gives back what tryReserve granted. */
  release(bytes: number): void {
    if (bytes > this.#reservedBytes) throw new RangeError('more bytes released than were reserved')
    this.#reservedBytes -= bytes
    this.#whole?.release(bytes)
  }
}
