/** Room for a usual batch; what one giant payload needed is given back. */
const maxKeptSlots = 64 * 1024

/**
 * Which row of a batch holds a span: an open-addressing table over (trace, span id), because a Map keyed by strings or
 * bigints costs more than the rest of the row.
 */
export class SpanTable {
  #slots: Int32Array
  #mask: number
  #size = 0
  // Parallel to the rows: what each slot's row is keyed by.
  #traces: Int32Array
  #highs: Int32Array
  #lows: Int32Array

  constructor() {
    this.#slots = new Int32Array(4096).fill(-1)
    this.#mask = 4095
    this.#traces = new Int32Array(2048)
    this.#highs = new Int32Array(2048)
    this.#lows = new Int32Array(2048)
  }

  clear(): void {
    if (this.#slots.length > maxKeptSlots) this.#slots = new Int32Array(maxKeptSlots)
    this.#mask = this.#slots.length - 1
    this.#slots.fill(-1)
    this.#size = 0
  }

  /** @returns the row of the span (id halves as integers of 32 bits), or -1 */
  find(trace: number, high: number, low: number): number {
    const slot = this.#findSlot(trace, high | 0, low | 0)
    return this.#slots[slot]!
  }

  /** The span id of a row, as PostgreSQL's bigint. */
  spanId(row: number): bigint {
    return (BigInt(this.#highs[row]!) << 32n) | BigInt(this.#lows[row]! >>> 0)
  }

  /** Names `row` as the span's, in place of another that find told of. Rows are numbered upwards. */
  set(trace: number, high: number, low: number, row: number): void {
    if (row >= this.#traces.length) this.#growRows(row)
    const slot = this.#findSlot(trace, high | 0, low | 0)
    if (this.#slots[slot] === -1) this.#size++
    this.#slots[slot] = row
    this.#traces[row] = trace
    this.#highs[row] = high
    this.#lows[row] = low
    if (this.#size * 2 > this.#mask) this.#growSlots()
  }

  #findSlot(trace: number, high: number, low: number): number {
    let slot = hash(trace, high, low) & this.#mask
    for (;;) {
      const row = this.#slots[slot]!
      if (row === -1) return slot
      if (this.#traces[row] === trace && this.#highs[row] === high && this.#lows[row] === low) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  #growSlots(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2).fill(-1)
    this.#mask = this.#slots.length - 1
    for (const row of old) {
      if (row === -1) continue
      this.#slots[this.#findSlot(this.#traces[row]!, this.#highs[row]!, this.#lows[row]!)] = row
    }
  }

  #growRows(row: number): void {
    const capacity = Math.max(row + 1, this.#traces.length * 2)
    this.#traces = resize(this.#traces, capacity)
    this.#highs = resize(this.#highs, capacity)
    this.#lows = resize(this.#lows, capacity)
  }
}

// Ids are the client's: the multipliers spread them, and the seed keeps a hostile client from choosing the collisions.
const seed = Math.floor(Math.random() * 2 ** 31)

function hash(trace: number, high: number, low: number): number {
  let value =
    Math.imul(low ^ seed, 0x9e3779b1) ^ Math.imul(high + seed, 0x85ebca6b) ^ Math.imul(trace, 0xc2b2ae35)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return value ^ (value >>> 13)
}

function resize(array: Int32Array, capacity: number): Int32Array {
  const grown = new Int32Array(capacity)
  grown.set(array)
  return grown
}
