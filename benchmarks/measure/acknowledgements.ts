import type { PayloadSource } from '../workload/payload-source.ts'

/** A trace of which payloads were acknowledged, and how many of its spans they held. */
export interface AcknowledgedTrace {
  readonly traceId: string
  readonly spanCount: number
}

/**
 * Which payloads were acknowledged: one byte each, for the source knows the ids in a payload from its sequence alone.
 * A trace that is cut by the end of a payload counts as far as its payloads were acknowledged.
 */
export class Acknowledgements {
  readonly #source: PayloadSource
  #acknowledged = new Uint8Array(4096)

  constructor(source: PayloadSource) {
    this.#source = source
  }

  add(sequence: number): void {
    if (sequence >= this.#acknowledged.length) {
      const grown = new Uint8Array(Math.max(sequence + 1, this.#acknowledged.length * 2))
      grown.set(this.#acknowledged)
      this.#acknowledged = grown
    }
    this.#acknowledged[sequence] = 1
  }

  has(sequence: number): boolean {
    return this.#acknowledged[sequence] === 1
  }

  /** A trace that ends in this payload and is acknowledged to its last span; undefined when there is none. */
  findTraceEndingIn(sequence: number): AcknowledgedTrace | undefined {
    const { pool } = this.#source
    const { firstSpan, spanCount } = pool.templates[sequence % pool.templates.length]!
    const round = Math.floor(sequence / pool.templates.length)
    const last = firstSpan + spanCount - 1
    const trace =
      pool.traceOfSpan[last]! - (pool.traceStarts[pool.traceOfSpan[last]! + 1]! === last + 1 ? 0 : 1)
    if (trace < 0 || pool.traceStarts[trace + 1]! <= firstSpan) return undefined
    const found = this.#describe(trace, round)
    return found !== undefined && found.spanCount === pool.traceStarts[trace + 1]! - pool.traceStarts[trace]!
      ? found
      : undefined
  }

  /** Random acknowledged traces, as many as `count` where there are. Leaves out those of which the fate of a part is unknown. */
  sample(count: number): readonly AcknowledgedTrace[] {
    const { pool, taken } = this.#source
    const found = new Map<string, AcknowledgedTrace>()
    for (let tries = count * 4; tries > 0 && found.size < count; tries--) {
      const sequence = Math.floor(Math.random() * taken)
      if (!this.has(sequence)) continue
      const { firstSpan, spanCount } = pool.templates[sequence % pool.templates.length]!
      const trace = pool.traceOfSpan[firstSpan + Math.floor(Math.random() * spanCount)]!
      const described = this.#describe(trace, Math.floor(sequence / pool.templates.length))
      if (described !== undefined) found.set(described.traceId, described)
    }
    return [...found.values()]
  }

  #describe(trace: number, round: number): AcknowledgedTrace | undefined {
    const { pool, taken } = this.#source
    const begin = pool.traceStarts[trace]!
    const end = pool.traceStarts[trace + 1]!
    let spanCount = 0
    for (let span = begin; span < end;) {
      const template = Math.floor(span / pool.spansPerPayload)
      const partEnd = Math.min(end, (template + 1) * pool.spansPerPayload)
      const sequence = round * pool.templates.length + template
      if (this.has(sequence)) spanCount += partEnd - span
      else if (sequence < taken) return undefined
      span = partEnd
    }
    return { traceId: this.#source.traceId(trace, round), spanCount }
  }
}
