// Spans that wait for somebody to read a stream to its end. Where nobody does, they end when the stream is collected
// as garbage, or with the service.
import { ATTR_HOLDFAST_STREAM_ABANDONED } from '../conventions.ts'
import type { OpenedSpan } from './opened-span.ts'

/** Streams beyond this are not ended with the service, only when they are collected. */
const maxStreams = 10_000

export class OpenStreams {
  #open = new Set<OpenedSpan>()
  #collected = new FinalizationRegistry<OpenedSpan>(abandon)

  get size(): number {
    return this.#open.size
  }

  /** `held` is what the consumer holds on to; the span must not refer to it. */
  add(held: object, opened: OpenedSpan): void {
    if (opened.isEnded) return
    this.#collected.register(held, opened, held)
    if (this.#open.size >= maxStreams) return
    this.#open.add(opened)
    opened.onEnd = () => this.#open.delete(opened)
  }

  /** It no longer matters whether somebody holds this. */
  release(held: object): void {
    this.#collected.unregister(held)
  }

  /** The service ends: so do the spans. */
  abandonAll(): void {
    for (const opened of [...this.#open]) abandon(opened)
  }
}

function abandon(opened: OpenedSpan): void {
  if (opened.isEnded) return
  opened.span.setAttributes({ [ATTR_HOLDFAST_STREAM_ABANDONED]: true })
  opened.end()
}
