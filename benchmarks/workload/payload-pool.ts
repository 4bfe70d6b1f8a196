/**
 * The pool: a stream of whole traces, cut into payloads of N spans and encoded once. Sending goes round the pool and
 * patches ids and times only (payload-source.ts), so that the load program leaves the machine to the server.
 *
 * The pool is long (28 MB) against the 128 to 512 KB in which a server compresses, and it is gone through in order: text
 * comes again only after all of it was sent, which no compressor of a group or a block can profit from.
 */
import { encodePayload } from './encode-payload.ts'
import { makeInstances } from './instances.ts'
import { Random } from './random.ts'
import type { SpanDraft } from './span-draft.ts'
import { longestTrace, writeBatchJob, writeTrace } from './traces.ts'

export interface PayloadTemplate {
  /** `prefix` and the payload. */
  readonly bytes: Buffer
  readonly bodyStart: number
  /** Index in the pool of its first span. */
  readonly firstSpan: number
  readonly spanCount: number
  /** Per span the places of trace id, span id, parent's span id, start, end and event time in `bytes`; −1: has none. */
  readonly places: Int32Array
}

export interface PayloadPool {
  readonly templates: readonly PayloadTemplate[]
  readonly spansPerPayload: number
  readonly spanCount: number
  readonly traceCount: number
  /** Pool index of each trace's first span, and one past the last trace. A trace's spans follow one another. */
  readonly traceStarts: Int32Array
  readonly traceOfSpan: Int32Array
  /** Pool index of the parent; −1: a root. */
  readonly parentOfSpan: Int32Array
  /** From the beginning of the pool's window to the span's start and end. */
  readonly startNs: Float64Array
  readonly endNs: Float64Array
  readonly attributeCount: number
  readonly modelCallCount: number
}

/** Traces end within this time before the pool's round begins, the longest one is shorter than it. */
export const windowMs = 40_000

/**
 * @param spansPerPayload must divide `spanCount`
 * @param prefixOf bytes to put in front of a payload of that length, such as an HTTP request's head
 */
export function makePayloadPool(
  spansPerPayload: number,
  prefixOf: (bodyBytes: number) => Uint8Array = () => new Uint8Array(),
  spanCount = 32_768,
): PayloadPool {
  if (spanCount % spansPerPayload !== 0)
    throw new RangeError(`${spansPerPayload} spans a payload do not divide ${spanCount}`)
  const random = new Random(20_261_123)
  const traces = writeTraces(random, spanCount)
  const spans = traces.flat()
  const indexOf = new Map(spans.map((span, index) => [span, index]))
  const templates: PayloadTemplate[] = []
  for (let first = 0; first < spanCount; first += spansPerPayload) {
    const { bytes, places } = encodePayload(spans.slice(first, first + spansPerPayload))
    const prefix = prefixOf(bytes.length)
    const shifted = (place: number): number => (place < 0 ? place : place + prefix.length)
    templates.push({
      bytes: Buffer.concat([prefix, bytes]),
      bodyStart: prefix.length,
      firstSpan: first,
      spanCount: spansPerPayload,
      places: Int32Array.from(
        places.flatMap((of) =>
          [of.traceId, of.spanId, of.parentSpanId, of.startTime, of.endTime, of.eventTime].map(shifted),
        ),
      ),
    })
  }
  const traceStarts = Int32Array.from([0, ...traces.map((trace) => trace.length)])
  for (let trace = 1; trace < traceStarts.length; trace++) traceStarts[trace]! += traceStarts[trace - 1]!
  const beginsNs = traces.map((trace) => (windowMs - trace.at(-1)!.endMs - random.fraction() * 1500) * 1e6)
  const traceOfSpan = Int32Array.from(traces.flatMap((trace, index) => trace.map(() => index)))
  return {
    templates,
    spansPerPayload,
    spanCount,
    traceCount: traces.length,
    traceStarts,
    traceOfSpan,
    parentOfSpan: Int32Array.from(spans, (span) =>
      span.parent === undefined ? -1 : indexOf.get(span.parent)!,
    ),
    startNs: Float64Array.from(spans, (span, index) =>
      Math.round(beginsNs[traceOfSpan[index]!]! + span.startMs * 1e6),
    ),
    endNs: Float64Array.from(spans, (span, index) =>
      Math.round(beginsNs[traceOfSpan[index]!]! + span.endMs * 1e6),
    ),
    attributeCount: spans.reduce(
      (sum, span) => sum + span.attributes.length + (span.error === undefined ? 0 : 1),
      0,
    ),
    modelCallCount: spans.filter((span) => span.name.startsWith('chat ')).length,
  }
}

function writeTraces(random: Random, spanCount: number): readonly (readonly SpanDraft[])[] {
  const instances = makeInstances(random)
  const traces: (readonly SpanDraft[])[] = []
  let left = spanCount
  while (left > longestTrace + 3) {
    const trace = writeTrace(random, instances)
    traces.push(trace)
    left -= trace.length
  }
  traces.push(writeBatchJob(random, instances, left))
  return traces
}
