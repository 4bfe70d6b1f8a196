/**
 * The endless stream of payloads: payload number `sequence` is template `sequence mod templates` of round
 * `⌊sequence / templates⌋`. Ids are the template's random base, xor the key of the round: unique, spread like random
 * ones, and known again from (trace, round) alone, so that what was acknowledged is remembered as one bit a payload.
 */
import { randomBytes } from 'node:crypto'
import { windowMs, type PayloadPool, type PayloadTemplate } from './payload-pool.ts'

export interface Payload {
  readonly sequence: number
  /** Prefix and body; valid until `release`. */
  readonly bytes: Buffer
  readonly bodyStart: number
  readonly spanCount: number
}

interface Round {
  readonly key: Int32Array
  /** Where the window of the round's times begins, as two halves of nanoseconds since 1970. */
  readonly beginHigh: number
  readonly beginLow: number
}

const traceWords = 4
const spanWords = 2

export class PayloadSource {
  readonly pool: PayloadPool
  /** Payloads handed out so far; the next one's sequence. */
  taken = 0
  readonly #traceBases: Int32Array
  readonly #spanBases: Int32Array
  readonly #rounds: Round[] = []
  readonly #views: DataView[]
  readonly #inUse: Uint8Array

  constructor(pool: PayloadPool) {
    this.pool = pool
    this.#traceBases = randomWords(pool.traceCount * traceWords)
    this.#spanBases = randomWords(pool.spanCount * spanWords)
    this.#views = pool.templates.map(({ bytes }) => viewOf(bytes))
    this.#inUse = new Uint8Array(pool.templates.length)
  }

  /** The next payload, with ids nobody has seen. Give it back with `release` once it is sent for good. */
  take(): Payload {
    const sequence = this.taken++
    const index = sequence % this.pool.templates.length
    const template = this.pool.templates[index]!
    // Only where something waits for longer than a whole round (a retry, a stalled connection) is a copy needed.
    const copied = this.#inUse[index] === 1
    const bytes = copied ? Buffer.from(template.bytes) : template.bytes
    this.#inUse[index] = 1
    this.#patch(template, copied ? viewOf(bytes) : this.#views[index]!, this.#roundOf(sequence))
    return { sequence, bytes, bodyStart: template.bodyStart, spanCount: template.spanCount }
  }

  release(payload: Payload): void {
    const index = payload.sequence % this.pool.templates.length
    if (this.pool.templates[index]!.bytes === payload.bytes) this.#inUse[index] = 0
  }

  traceId(trace: number, round: number): string {
    const id = Buffer.alloc(16)
    const { key } = this.#rounds[round]!
    for (let word = 0; word < traceWords; word++)
      id.writeInt32BE(this.#traceBases[trace * traceWords + word]! ^ key[word]!, word * 4)
    return id.toString('hex')
  }

  #patch(template: PayloadTemplate, view: DataView, round: Round): void {
    const { places, firstSpan, spanCount } = template
    const { traceOfSpan, parentOfSpan, startNs, endNs } = this.pool
    const [key0, key1, key2, key3, key4, key5] = round.key as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    for (let index = 0, at = 0; index < spanCount; index++, at += 6) {
      const span = firstSpan + index
      const trace = traceOfSpan[span]! * traceWords
      const traceId = places[at]!
      view.setInt32(traceId, this.#traceBases[trace]! ^ key0)
      view.setInt32(traceId + 4, this.#traceBases[trace + 1]! ^ key1)
      view.setInt32(traceId + 8, this.#traceBases[trace + 2]! ^ key2)
      view.setInt32(traceId + 12, this.#traceBases[trace + 3]! ^ key3)
      const spanId = places[at + 1]!
      view.setInt32(spanId, this.#spanBases[span * spanWords]! ^ key4)
      view.setInt32(spanId + 4, this.#spanBases[span * spanWords + 1]! ^ key5)
      const parentSpanId = places[at + 2]!
      if (parentSpanId >= 0) {
        const parent = parentOfSpan[span]! * spanWords
        view.setInt32(parentSpanId, this.#spanBases[parent]! ^ key4)
        view.setInt32(parentSpanId + 4, this.#spanBases[parent + 1]! ^ key5)
      }
      setTime(view, places[at + 3]!, round, startNs[span]!)
      setTime(view, places[at + 4]!, round, endNs[span]!)
      if (places[at + 5]! >= 0) setTime(view, places[at + 5]!, round, endNs[span]!)
    }
  }

  #roundOf(sequence: number): Round {
    const index = Math.floor(sequence / this.pool.templates.length)
    if (index === this.#rounds.length) {
      const beginNs = BigInt(Date.now() - windowMs) * 1_000_000n
      this.#rounds.push({
        key: randomWords(traceWords + spanWords),
        beginHigh: Number(beginNs >> 32n),
        beginLow: Number(beginNs & 0xffff_ffffn),
      })
    }
    return this.#rounds[index]!
  }
}

/** fixed64, little-endian: the round's beginning plus `afterNs`, which exceeds 32 bits but not 53. */
function setTime(view: DataView, at: number, round: Round, afterNs: number): void {
  const low = round.beginLow + afterNs
  view.setUint32(at, low, true)
  view.setUint32(at + 4, round.beginHigh + Math.floor(low / 4_294_967_296), true)
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function randomWords(count: number): Int32Array {
  const bytes = randomBytes(count * 4)
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
