// When does the span of some work end? At once for a plain value, when a promise settles, at the end of a stream. The
// caller gets what the work gave: the very object, except for native promises, in whose place stands one that settles
// the same way (so that a rejection nobody handles is still reported as unhandled).
import type { OpenedSpan } from './opened-span.ts'
import { traceStream, type OpenStreams } from './trace-stream.ts'

/** Ends the span now or arranges that it will; returns what the caller gets. */
export function settleResult<T>(result: T, opened: OpenedSpan, streams: OpenStreams): T {
  return opened.containment.run(
    'watching a result',
    () => {
      if (!isObject(result)) {
        opened.finish(result)
        return result
      }
      if (result instanceof Promise && result.constructor === Promise) {
        return watchPromise(result, opened, streams) as T
      }
      if (typeof (result as { then?: unknown }).then === 'function') {
        watchThenable(result as object as PromiseLike<unknown>, opened, streams)
        return result
      }
      finishOrTrace(result, opened, streams)
      return result
    },
    result,
  )
}

function finishOrTrace(value: unknown, opened: OpenedSpan, streams: OpenStreams): void {
  const isStream = opened.containment.run(
    'tracing a stream',
    () => traceStream(value, opened, streams),
    false,
  )
  if (!isStream) opened.finish(value)
}

function watchPromise(promise: Promise<unknown>, opened: OpenedSpan, streams: OpenStreams): Promise<unknown> {
  return promise.then(
    (value) => {
      finishOrTrace(value, opened, streams)
      return value
    },
    (error: unknown) => {
      opened.fail(error)
      throw error
    },
  )
}

// A promise of someone's own class (OpenAI's APIPromise, a query builder): asking it twice may run it twice, so `then`
// is watched when somebody else calls it.
function watchThenable(thenable: PromiseLike<unknown>, opened: OpenedSpan, streams: OpenStreams): void {
  const then: PromiseLike<unknown>['then'] = thenable.then.bind(thenable)
  const watched: PromiseLike<unknown>['then'] = (onValue, onError) =>
    then(
      (value) => {
        streams.release(thenable)
        finishOrTrace(value, opened, streams)
        return onValue ? onValue(value) : (value as never)
      },
      (error: unknown) => {
        opened.fail(error)
        if (onError) return onError(error)
        throw error
      },
    )
  define(thenable, 'then', watched)
  // Some classes' own `catch` and `finally` go past `then`.
  if ('catch' in thenable) define(thenable, 'catch', (onError: () => unknown) => watched(undefined, onError))
  if ('finally' in thenable) define(thenable, 'finally', (work?: () => unknown) => runFinally(watched, work))
  streams.add(thenable, opened)
}

function runFinally(then: PromiseLike<unknown>['then'], work?: () => unknown): PromiseLike<unknown> {
  return Promise.prototype.finally.call({ then, constructor: Promise }, work as () => void)
}

function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false })
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
