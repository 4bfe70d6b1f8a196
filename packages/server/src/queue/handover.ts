/**
 * Handover: lets the persist threads of this process read a body from memory that the door's thread has just committed.
 *
 * What is in here is in the database too, byte for byte; whoever finds nothing here reads it there. So it needs no promise
 * but one: bytes that are being read are not overwritten. Without it every body is read back from the database and
 * decompressed, and its buffers are garbage: together a third of the server's processor time at 512 spans a payload.
 *
 * The memory is one ring. The door's thread reserves a region, fills it, publishes it, and commits the body with the
 * region's key in its queue row; a persist thread that claimed the row takes the region, reads it, and frees it. Published
 * before the commit, because a claim may follow it at once, and nobody learns the key of a row that is not committed.
 */
import { randomInt } from 'node:crypto'
import { WorkSignal } from './work-signal.ts'

/** Room for the bodies of some 50 000 spans, half a second of what one server persists. */
const defaultBytes = 32 * 1024 * 1024
const slotCount = 512
const slotFields = 5

// What nobody has taken by then another server has claimed, or it failed and is read from the database: the door must not
// wait for it to be released.
const staleMs = 10_000

// Fields of a slot.
const stateField = 0
const keyHighField = 1
const keyLowField = 2
const offsetField = 3
const lengthField = 4

// States of a slot, and who leaves them: free and writing the door's thread, published either, and from 3 on the thread
// that is reading it, as its number tells.
const free = 0
const writing = 1
const published = 2

export interface HandoverMemory {
  readonly slots: SharedArrayBuffer
  readonly bytes: SharedArrayBuffer
  /** WorkSignal: a region was released. */
  readonly released: SharedArrayBuffer
}

/** Makes the memory that both sides share. */
export function makeHandoverMemory(totalBytes: number = defaultBytes): HandoverMemory {
  return {
    slots: new SharedArrayBuffer(slotCount * slotFields * 4),
    bytes: new SharedArrayBuffer(totalBytes),
    released: new SharedArrayBuffer(4),
  }
}

/** A region of the ring that holds one body. */
export interface Region {
  readonly slot: number
  /** Goes into the body's queue row; no two servers and no two bodies have the same. */
  readonly key: bigint
  readonly bytes: Buffer
}

/** The door's side. One thread only. */
export class HandoverWriter {
  readonly #slots: Int32Array
  readonly #bytes: SharedArrayBuffer
  readonly #capacity: number
  /** Regions in the order in which they lie in the ring, oldest first. */
  readonly #order: {
    readonly slot: number
    readonly from: number
    readonly to: number
    readonly at: number
  }[] = []
  readonly #released: WorkSignal
  // Random in both halves: another server's key must not be found here by chance.
  readonly #keyHigh = randomInt(2 ** 31)
  #nextKeyLow = randomInt(2 ** 32) | 0
  #head = 0
  #nextSlot = 0

  constructor(memory: HandoverMemory) {
    this.#released = new WorkSignal(memory.released)
    this.#slots = new Int32Array(memory.slots)
    this.#bytes = memory.bytes
    this.#capacity = memory.bytes.byteLength
  }

  /**
   * Reserves a region, and waits up to `waitMs` for one: so the door goes at the pace of the persist threads before it
   * goes ahead of them. What nobody has taken by then, in as long a time, is dropped.
   * @returns undefined when there is no room even so: the body is then read from the database
   */
  async reserve(length: number, waitMs: number): Promise<Region | undefined> {
    // A body as large as this would push out all others.
    if (length > this.#capacity / 4) return undefined
    const giveUpAt = performance.now() + waitMs
    for (;;) {
      this.#released.look()
      const leftMs = giveUpAt - performance.now()
      const region = this.#tryReserve(length, leftMs > 0 ? staleMs : waitMs)
      if (region !== undefined || leftMs <= 0) return region
      await this.#released.wait(leftMs)
    }
  }

  #tryReserve(length: number, dropAfterMs: number): Region | undefined {
    const fits = this.#head + length <= this.#capacity
    // The rest of the ring is passed over, so what lies there has to go as well.
    if (!fits && !this.#clear(this.#head, this.#capacity, dropAfterMs)) return undefined
    const from = fits ? this.#head : 0
    if (!this.#clear(from, from + length, dropAfterMs)) return undefined
    if (Atomics.load(this.#slots, this.#nextSlot * slotFields) !== free) return undefined
    const slot = this.#nextSlot
    this.#nextSlot = (slot + 1) % slotCount
    this.#head = from + length
    this.#order.push({ slot, from, to: from + length, at: performance.now() })
    const base = slot * slotFields
    this.#nextKeyLow = (this.#nextKeyLow + 1) | 0
    this.#slots[base + keyHighField] = this.#keyHigh
    this.#slots[base + keyLowField] = this.#nextKeyLow
    this.#slots[base + offsetField] = from
    this.#slots[base + lengthField] = length
    Atomics.store(this.#slots, base + stateField, writing)
    const key = toKey(this.#keyHigh, this.#nextKeyLow)
    return { slot, key, bytes: Buffer.from(this.#bytes, from, length) }
  }

  /** The region's bytes are complete, and about to be committed. */
  publish(region: Region): void {
    Atomics.store(this.#slots, region.slot * slotFields + stateField, published)
  }

  /** The region's bytes were not committed, as far as is known: one that was taken was, and its reader frees it. */
  discard(region: Region): void {
    const state = region.slot * slotFields + stateField
    Atomics.compareExchange(this.#slots, state, writing, free)
    Atomics.compareExchange(this.#slots, state, published, free)
  }

  /** A persist thread is gone; what it was reading is free. */
  forgetReader(reader: number): void {
    for (let base = 0; base < this.#slots.length; base += slotFields) {
      Atomics.compareExchange(this.#slots, base + stateField, published + reader, free)
    }
  }

  /** Forgets the oldest regions until none lies in [from, to) or has the next slot. @returns false when one of them is still needed */
  #clear(from: number, to: number, dropAfterMs: number): boolean {
    const now = performance.now()
    for (let oldest = this.#order[0]; oldest !== undefined; oldest = this.#order[0]) {
      const state = oldest.slot * slotFields + stateField
      if (Atomics.load(this.#slots, state) !== free) {
        const isInTheWay = (oldest.from < to && oldest.to > from) || oldest.slot === this.#nextSlot
        if (!isInTheWay) return true
        if (now - oldest.at <= dropAfterMs) return false
        if (Atomics.compareExchange(this.#slots, state, published, free) !== published) return false
      }
      this.#order.shift()
    }
    return true
  }
}

/** A persist thread's side. */
export class HandoverReader {
  readonly #slots: Int32Array
  readonly #bytes: SharedArrayBuffer
  readonly #reader: number
  readonly #released: WorkSignal

  /** @param reader the thread's number, from 1 up */
  constructor(memory: HandoverMemory, reader: number) {
    this.#slots = new Int32Array(memory.slots)
    this.#bytes = memory.bytes
    this.#reader = reader
    this.#released = new WorkSignal(memory.released)
  }

  /** @returns the body's bytes, which stay as they are until released; undefined when they are not here */
  take(key: bigint): Region | undefined {
    const high = Number(BigInt.asIntN(32, key >> 32n))
    const low = Number(BigInt.asIntN(32, key))
    for (let slot = 0; slot < slotCount; slot++) {
      const base = slot * slotFields
      if (this.#slots[base + keyLowField] !== low || this.#slots[base + keyHighField] !== high) continue
      const state = base + stateField
      if (Atomics.compareExchange(this.#slots, state, published, published + this.#reader) !== published)
        continue
      if (this.#slots[base + keyLowField] === low && this.#slots[base + keyHighField] === high) {
        const bytes = Buffer.from(
          this.#bytes,
          this.#slots[base + offsetField],
          this.#slots[base + lengthField],
        )
        return { slot, key, bytes }
      }
      // Between the look and the exchange the slot went to another body.
      Atomics.store(this.#slots, state, published)
    }
    return undefined
  }

  release(region: Region): void {
    Atomics.store(this.#slots, region.slot * slotFields + stateField, free)
    this.#released.notifyAll()
  }
}

function toKey(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low))
}
