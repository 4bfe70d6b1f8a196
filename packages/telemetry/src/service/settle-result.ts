// When does the span of some work end? At once for a plain value, when a promise settles, at the end of a stream. The
// caller gets what the work gave: the very object, except for native promises, in whose place stands one that settles
// the same way, with the properties that were put on it (so that a rejection nobody handles is still reported as
// unhandled: watched in its own place, it would count as handled). What cannot be watched ends its span at once.
import type { OpenedSpan } from './opened-span.ts'
import { traceStream, type OpenStreams } from './trace-stream.ts'

/** Ends the span now or arranges that it will; returns what the caller gets. */
export function settleResult<T>(result: T, opened: OpenedSpan, streams: OpenStreams): T {
  let isWatched = false
  const passed = opened.containment.run(
    'watching a result',
    () => {
      const given = watch(result, opened, streams)
      isWatched = true
      return given
    },
    result,
  )
  if (!isWatched) opened.end()
  return passed
}

function watch<T>(result: T, opened: OpenedSpan, streams: OpenStreams): T {
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
  const watched = promise.then(
    (value) => {
      finishOrTrace(value, opened, streams)
      return value
    },
    (error: unknown) => {
      opened.fail(error)
      throw error
    },
  )
  opened.containment.run('a promise', () => passOnProperties(promise, watched), undefined)
  return watched
}

// `child` of a promisified exec, `json` of got's: what libraries put on a promise. Other symbols than the language's
// can be Node.js's own, of the asynchronous context in which the one promise was made.
function passOnProperties(from: object, to: object): void {
  for (const key of Reflect.ownKeys(from)) {
    const isOurs = typeof key === 'string' || key.description?.startsWith('Symbol.')
    const property = isOurs && !(key in to) && Object.getOwnPropertyDescriptor(from, key)
    if (property) Object.defineProperty(to, key, property)
  }
}

// A promise of someone's own class (OpenAI's APIPromise, a query builder): asking it twice may run it twice, so `then`
// is watched when somebody else calls it.
function watchThenable(thenable: PromiseLike<unknown>, opened: OpenedSpan, streams: OpenStreams): void {
  const then: PromiseLike<unknown>['then'] = thenable.then.bind(thenable)
  let isSettled = false
  const settle = (value: unknown): void => {
    if (isSettled) return
    isSettled = true
    streams.release(thenable)
    finishOrTrace(value, opened, streams)
  }
  const watched: PromiseLike<unknown>['then'] = (onValue, onError) =>
    then(
      (value) => {
        settle(value)
        return onValue ? onValue(value) : (value as never)
      },
      (error: unknown) => {
        opened.fail(error)
        if (onError) return onError(error)
        throw error
      },
    )
  define(thenable, 'then', watched)
  watchParse(thenable, settle, (error) => opened.fail(error))
  // Some classes' own `catch` and `finally` go past `then`.
  if ('catch' in thenable) define(thenable, 'catch', (onError: () => unknown) => watched(undefined, onError))
  if ('finally' in thenable) define(thenable, 'finally', (work?: () => unknown) => runFinally(watched, work))
  streams.add(thenable, opened)
}

// OpenAI's and Anthropic's `withResponse` asks `parse` for the value, as their `then` does.
function watchParse(
  thenable: object,
  settle: (value: unknown) => void,
  fail: (error: unknown) => void,
): void {
  const parse = (thenable as { parse?: unknown }).parse
  if (typeof parse !== 'function') return
  define(thenable, 'parse', (...args: unknown[]): unknown => {
    const parsed: unknown = parse.apply(thenable, args)
    if (!(parsed instanceof Promise)) return parsed
    return parsed.then(
      (value: unknown) => {
        settle(value)
        return value
      },
      (error: unknown) => {
        fail(error)
        throw error
      },
    )
  })
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
