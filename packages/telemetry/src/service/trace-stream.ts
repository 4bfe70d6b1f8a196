// Streams: a span whose work gave a generator or an async iterable ends when that ends, fails when that fails, and is
// marked when its consumer stops early or forgets it. The consumer gets the very object that the work gave; its
// methods are watched by properties laid over them.
import { context } from '@opentelemetry/api'
import { ATTR_HOLDFAST_STREAM_ABANDONED, ATTR_HOLDFAST_STREAM_ITEM_COUNT } from '../conventions.ts'
import type { OpenedSpan } from './opened-span.ts'
import type { OpenStreams } from './open-streams.ts'

export type { OpenStreams } from './open-streams.ts'

type Method = (...args: unknown[]) => unknown

/** True when the value is a stream: the span will end with it. Throws when its methods cannot be watched. */
export function traceStream(value: unknown, opened: OpenedSpan, streams: OpenStreams): boolean {
  if (typeof value !== 'object' || value === null) return false
  const source = value as Record<PropertyKey, unknown>
  const iterate = source[Symbol.asyncIterator] as Method | undefined
  const isGenerator =
    typeof source['next'] === 'function' &&
    (typeof iterate === 'function' || typeof source[Symbol.iterator] === 'function')
  if (!isGenerator && typeof iterate !== 'function') return false
  const watch = new StreamWatch(opened)
  if (isGenerator) {
    watch.layOver(source)
  } else {
    layOver(source, Symbol.asyncIterator, (...args) => {
      const iterator = iterate?.apply(source, args) as Record<PropertyKey, unknown>
      opened.containment.run('tracing an iterator', () => watch.layOver(iterator), undefined)
      // From here on it is the iterator that somebody holds.
      streams.replace(source, iterator, opened)
      return iterator
    })
    watch.listenTo(source)
    watch.layOverReader(source)
  }
  opened.containment.run('a stream', () => opened.observer.onStream?.(), undefined)
  streams.add(source, opened)
  return true
}

class StreamWatch {
  #opened: OpenedSpan
  #items = 0
  // Whoever listens to events instead is not counted.
  #isIterated = false

  constructor(opened: OpenedSpan) {
    this.#opened = opened
  }

  /** Watches next, return and throw of an iterator. */
  layOver(iterator: Record<PropertyKey, unknown>): void {
    const isAsync = typeof iterator[Symbol.asyncIterator] === 'function'
    const next = iterator['next'] as Method
    const stop = iterator['return'] as Method | undefined
    const raise = iterator['throw'] as Method | undefined
    layOver(iterator, 'next', (...args) => this.#watch(() => next.apply(iterator, args), false))
    layOver(iterator, 'return', (...args) =>
      this.#watch(() => {
        if (typeof stop === 'function') return stop.apply(iterator, args)
        // Without a return of its own the end of a loop would go unnoticed.
        const result = { done: true, value: args[0] }
        return isAsync ? Promise.resolve(result) : result
      }, true),
    )
    if (typeof raise === 'function') {
      layOver(iterator, 'throw', (...args) => this.#watch(() => raise.apply(iterator, args), false))
    }
  }

  // Node's streams, and Anthropic's, can be read without iterating; both say `end` or `close`. Never `error`: a
  // listener for it would make an error handled that was not.
  listenTo(source: Record<PropertyKey, unknown>): void {
    const once = source['once']
    if (typeof once !== 'function') return
    const finish = (): void => {
      const error = (source as { errored?: unknown }).errored
      if (error) this.#opened.fail(error)
      else this.#end(undefined)
    }
    for (const event of ['end', 'close']) (once as Method).call(source, event, finish)
  }

  /** A web stream can be read through a reader instead of an iterator. */
  layOverReader(source: Record<PropertyKey, unknown>): void {
    const getReader = source['getReader']
    if (typeof getReader !== 'function') return
    layOver(source, 'getReader', (...args) => {
      const reader = (getReader as Method).apply(source, args) as ReadableStreamDefaultReader
      this.#opened.containment.run('tracing a reader', () => this.#watchReader(reader), undefined)
      return reader
    })
  }

  #watchReader(reader: ReadableStreamDefaultReader): void {
    const read = reader.read as Method
    layOver(reader, 'read', (...args) => this.#watch(() => read.apply(reader, args), false))
    // Cancelled, or broken. A rejection of `closed` is never reported as unhandled; one by releaseLock is no end.
    // It is closed before the last item was seen, hence the turn of the event loop.
    reader.closed.then(
      () => setImmediate(() => this.#end(undefined)),
      (error: { code?: unknown } | undefined) => {
        if (error?.code !== 'ERR_INVALID_STATE') this.#opened.fail(error)
      },
    )
  }

  // The body of a generator runs inside next(), so that is where its span has to be active.
  #watch(call: () => unknown, isStop: boolean): unknown {
    if (this.#opened.isEnded) return call()
    this.#isIterated = true
    let result: unknown
    try {
      result = context.with(this.#opened.context, call)
    } catch (error) {
      this.#opened.fail(error)
      throw error
    }
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
      return Promise.resolve(result).then(
        (step: unknown) => {
          this.#see(step, isStop)
          return step
        },
        (error: unknown) => {
          this.#opened.fail(error)
          throw error
        },
      )
    }
    this.#see(result, isStop)
    return result
  }

  #see(step: unknown, isStop: boolean): void {
    this.#opened.containment.run('a step of a stream', () => this.#seeStep(step, isStop), undefined)
  }

  #seeStep(step: unknown, isStop: boolean): void {
    if (this.#opened.isEnded || typeof step !== 'object' || step === null) return
    const { done, value } = step as { done?: unknown; value?: unknown }
    if (isStop && done !== false) {
      this.#opened.span.setAttributes({ [ATTR_HOLDFAST_STREAM_ABANDONED]: true })
      this.#end(undefined)
    } else if (done) {
      this.#end(value)
    } else {
      this.#seeItem(value)
    }
  }

  #seeItem(item: unknown): void {
    this.#items += 1
    if (this.#items === 1) {
      const seconds = (performance.now() - this.#opened.startedAtMs) / 1000
      this.#opened.span.addEvent('holdfast.stream.first_item')
      this.#opened.observer.onFirstItem?.(seconds)
    }
    this.#opened.observer.onItem?.(item)
  }

  #end(returned: unknown): void {
    if (this.#opened.isEnded) return
    if (this.#isIterated) this.#opened.span.setAttributes({ [ATTR_HOLDFAST_STREAM_ITEM_COUNT]: this.#items })
    if (returned === undefined) this.#opened.end()
    else this.#opened.finish(returned)
  }
}

function layOver(target: object, key: PropertyKey, value: Method): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false })
}
