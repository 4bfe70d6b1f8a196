// What is seen of a stream while somebody reads it, whichever way: items, the end, an error, that it was left.
import { context, createContextKey, type Context } from '@opentelemetry/api'
import { ATTR_HOLDFAST_STREAM_ABANDONED, ATTR_HOLDFAST_STREAM_ITEM_COUNT } from '../conventions.ts'
import type { OpenedSpan } from './opened-span.ts'

export type Method = (...args: unknown[]) => unknown
export type Watched = Record<PropertyKey, unknown>

/**
 * What the branches of one stream have in common: that which is read first is the one that counts. All that is laid over
 * the stream holds on to this, so it lives as long as anybody can still read.
 */
export interface SharedByBranches {
  reader?: StreamWatch
}

// An iterator may read by way of a reader that is watched as well (the AI SDK's streams): then one item goes by twice.
// So the context in which an item is read says whose it is, and whose readings it is within.
const readingKey = createContextKey('holdfast.stream.reading')
interface Reading {
  readonly of: object
  readonly within: Reading | undefined
}

function readingNow(): Reading | undefined {
  return context.active().getValue(readingKey) as Reading | undefined
}

export class StreamWatch {
  readonly #opened: OpenedSpan
  readonly #shared: SharedByBranches
  /** Stands for the stream in contexts; these may live longer than it. */
  readonly #token = {}
  #items = 0
  // Whoever listens to events instead is not counted.
  #isIterated = false

  constructor(opened: OpenedSpan, shared: SharedByBranches) {
    this.#opened = opened
    this.#shared = shared
  }

  /** Watches next, return and throw. */
  layOverIterator(iterator: Record<PropertyKey, unknown>): void {
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

  /** Watches a web stream's reader. */
  layOverReader(reader: ReadableStreamDefaultReader): void {
    const read = reader.read as Method
    layOver(reader, 'read', (...args) => this.#watch(() => read.apply(reader, args), false))
    this.layOverCancel(reader as unknown as Watched)
    // Cancelled, or broken. A rejection of `closed` is never reported as unhandled; one by releaseLock is no end.
    // It is closed before the last item was seen, hence the turn of the event loop.
    reader.closed.then(
      () => setImmediate(() => this.#end(undefined)),
      (error: { code?: unknown } | undefined) => {
        if (error?.code !== 'ERR_INVALID_STATE') this.#opened.fail(error)
      },
    )
  }

  /** Watches `cancel`, of a web stream or its reader. The promise of a branch may never settle, so nothing waits for it. */
  layOverCancel(target: Watched): void {
    const cancel = target['cancel'] as Method
    layOver(target, 'cancel', (...args) => {
      // One that is locked is not cancelled, it rejects. And an iterator may cancel its reader when it is at the end.
      const isOwn = target['locked'] !== true && !this.#isWithin(readingNow())
      if (isOwn) this.#opened.containment.run('a cancelled stream', () => this.abandon(), undefined)
      return cancel.apply(target, args)
    })
  }

  /** Whoever read it stopped. */
  abandon(): void {
    if (!this.#isTheOne()) return
    this.#opened.span.setAttributes({ [ATTR_HOLDFAST_STREAM_ABANDONED]: true })
    this.#end(undefined)
  }

  // The body of a generator runs inside next(), so that is where its span has to be active.
  #watch(call: () => unknown, isStop: boolean): unknown {
    const within = readingNow()
    if (!this.#isTheOne() || this.#isWithin(within)) return call()
    this.#isIterated = true
    let result: unknown
    try {
      result = context.with(this.#contextOfReading(within), call)
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
      this.abandon()
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

  #contextOfReading(within: Reading | undefined): Context {
    const reading: Reading = { of: this.#token, within }
    return this.#opened.context.setValue(readingKey, reading)
  }

  #isWithin(reading: Reading | undefined): boolean {
    for (let one = reading; one !== undefined; one = one.within) if (one.of === this.#token) return true
    return false
  }

  #isTheOne(): boolean {
    this.#shared.reader ??= this
    return this.#shared.reader === this && !this.#opened.isEnded
  }

  #end(returned: unknown): void {
    if (!this.#isTheOne()) return
    if (this.#isIterated) this.#opened.span.setAttributes({ [ATTR_HOLDFAST_STREAM_ITEM_COUNT]: this.#items })
    if (returned === undefined) this.#opened.end()
    else this.#opened.finish(returned)
  }
}

/** Puts a method over the object's own, as far as the object allows. */
export function layOver(target: object, key: PropertyKey, value: Method): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false })
}
