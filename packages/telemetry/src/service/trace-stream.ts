// Streams: a span whose work gave a generator or an async iterable ends when that ends, fails when that fails, and is
// marked when its consumer stops early or forgets it. The consumer gets the very object that the work gave; its
// methods are watched by properties laid over them. What cannot be seen: a stream that is handed to code that reads it
// without its methods (a structured clone, native code); its span ends when it is collected, or with the service.
import type { OpenedSpan } from './opened-span.ts'
import type { OpenStreams } from './open-streams.ts'
import { layOver, StreamWatch, type Method, type SharedByBranches, type Watched } from './stream-watch.ts'

export type { OpenStreams } from './open-streams.ts'

/** True when the value is a stream: the span will end with it. Throws when its methods cannot be watched. */
export function traceStream(value: unknown, opened: OpenedSpan, streams: OpenStreams): boolean {
  const source = isStream(value) ? value : streamIn(value, opened)
  if (source === undefined) return false
  const shared: SharedByBranches = {}
  layOverStream(source, opened, shared)
  opened.containment.run('a stream', () => opened.observer.onStream?.(), undefined)
  streams.add(shared, opened)
  return true
}

function isStream(value: unknown): value is Watched {
  if (typeof value !== 'object' || value === null) return false
  const source = value as Watched
  return typeof source[Symbol.asyncIterator] === 'function' || isGenerator(source)
}

function isGenerator(source: Watched): boolean {
  return (
    typeof source['next'] === 'function' &&
    (typeof source[Symbol.asyncIterator] === 'function' || typeof source[Symbol.iterator] === 'function')
  )
}

// A model call's stream may come with its response: OpenAI's and Anthropic's `withResponse`, Bedrock, the AI SDK's models.
function streamIn(value: unknown, { observer }: OpenedSpan): Watched | undefined {
  if (observer.onItem === undefined || typeof value !== 'object' || value === null) return undefined
  return ['data', 'stream']
    .map((key): unknown => Object.getOwnPropertyDescriptor(value, key)?.value)
    .find(isStream)
}

function layOverStream(source: Watched, opened: OpenedSpan, shared: SharedByBranches): void {
  const watch = new StreamWatch(opened, shared)
  const contain = (work: () => void): void => opened.containment.run('tracing a stream', work, undefined)
  if (isGenerator(source)) {
    watch.layOverIterator(source)
    return
  }
  /** `see` gets what the method gave, before the caller does. */
  const layOverMethod = (key: PropertyKey, see: (given: unknown) => void): void => {
    const method = source[key]
    if (typeof method !== 'function') return
    layOver(source, key, (...args) => {
      const given: unknown = (method as Method).apply(source, args)
      contain(() => see(given))
      return given
    })
  }
  layOverMethod(Symbol.asyncIterator, (iterator) => watch.layOverIterator(iterator as Watched))
  layOverMethod('getReader', (reader) => watch.layOverReader(reader as ReadableStreamDefaultReader))
  layOverMethod('tee', (branches) => {
    for (const branch of Array.isArray(branches) ? branches : []) {
      if (isStream(branch)) layOverStream(branch, opened, shared)
    }
  })
  watch.listenTo(source)
  if (!(source instanceof ReadableStream)) return
  layOverMethod('values', (iterator) => watch.layOverIterator(iterator as Watched))
  watch.layOverCancel(source)
  for (const key of ['pipeTo', 'pipeThrough']) layOverPipe(source, key, contain)
}

// Pipes read past all methods, so they get a stream that reads this one by its methods, item by item and not ahead.
function layOverPipe(
  source: Watched & ReadableStream,
  key: string,
  contain: (work: () => void) => void,
): void {
  const pipe = source[key] as Method
  layOver(source, key, (...args) => {
    let relayed: Watched | undefined
    contain(() => {
      // A relay cannot give back the lock, which `preventCancel` asks for.
      const options = args[1] as { readonly preventCancel?: boolean } | undefined
      if (!source.locked && !options?.preventCancel) relayed = relay(source) as unknown as Watched
    })
    return relayed === undefined ? pipe.apply(source, args) : (relayed[key] as Method).apply(relayed, args)
  })
}

function relay(source: ReadableStream): ReadableStream {
  const reader = source.getReader()
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = (await reader.read()) as { done: boolean; value?: unknown }
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
