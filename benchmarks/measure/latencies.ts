export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Keeps every value, so that percentiles are exact; 8 bytes each. */
export class Latencies {
  #values = new Float64Array(1024)
  #count = 0

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#count++] = milliseconds
  }

  /** @returns undefined when nothing was added */
  percentiles(): Percentiles | undefined {
    if (this.#count === 0) return undefined
    const sorted = this.#values.slice(0, this.#count).sort()
    const at = (share: number): number =>
      sorted[Math.min(this.#count - 1, Math.ceil(share * this.#count) - 1)]!
    return { count: this.#count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted[this.#count - 1]! }
  }
}
