/** A seeded generator (mulberry32): the same seed gives the same payloads, so that two runs carry the same text. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** 32 random bits as a signed integer. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return mixed ^ (mixed >>> 14)
  }

  /** 0 ≤ x < 1. */
  fraction(): number {
    return (this.word() >>> 0) / 4_294_967_296
  }

  /** An integer, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.fraction() * list.length)]!
  }

  /** Early items of the list far more often than late ones, as words and routes are used (roughly Zipf). */
  pickSkewed<T>(list: readonly T[]): T {
    return list[Math.floor(this.fraction() ** 1.5 * list.length)]!
  }

  /** Long-tailed around `median`: durations, sizes, numbers of tokens. */
  longTailed(median: number, spread: number, most: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction())
    return Math.min(most, median * Math.exp(normal * spread))
  }

  /** `digits` hexadecimal digits, at most 8 a word. */
  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += (this.word() >>> 0).toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  uuid(): string {
    const digits = this.hex(32)
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`
  }
}
