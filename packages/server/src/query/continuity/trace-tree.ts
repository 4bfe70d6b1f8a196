import { isHop, isReceiver, type ContinuitySpan } from './hop.ts'

// How far up is looked: spans of HTTP, retries and middleware between two that matter.
const maxClimb = 16

/** Spans by their parents. Parents may be missing, repeat or go in a circle. */
export class TraceTree<S extends ContinuitySpan> {
  readonly #byId = new Map<string, S>()

  constructor(spans: readonly S[]) {
    for (const span of spans) this.#byId.set(span.spanId, span)
  }

  has(spanId: string): boolean {
    return this.#byId.has(spanId)
  }

  parentOf(span: S): S | undefined {
    const parent = this.#byId.get(span.parentSpanId)
    return parent === span ? undefined : parent
  }

  /** The parent, where it stands on the same side of a hop and did not receive the work. */
  ownParentOf(span: S): S | undefined {
    const parent = isReceiver(span) ? undefined : this.parentOf(span)
    return parent === undefined || isHop(parent, span) ? undefined : parent
  }

  /** The spans above from near to far, in other processes too; a bounded number of them. */
  *above(span: S): Generator<S> {
    let above = this.parentOf(span)
    for (let level = 0; level < maxClimb && above !== undefined; level++) {
      yield above
      above = this.parentOf(above)
    }
  }

  /** The nearest span above, within the process, of which `test` is true. */
  climb(span: S, test: (above: S) => boolean): S | undefined {
    let below = span
    for (const above of this.above(span)) {
      if (isHop(above, below)) return undefined
      if (test(above)) return above
      below = above
    }
    return undefined
  }
}
