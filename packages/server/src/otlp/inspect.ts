/**
 * What the door does with the bytes of each payload before they are appended.
 *
 * Guarantees that whatever it lets through can be walked, decoded and written out again: every field that OTLP knows is
 * checked down to the last AnyValue. It refuses payloads that are not protobuf, and cuts out single spans that could
 * not be kept (partial success): ids of wrong length or all zero, values nested deeper than protobuf's own parsers go.
 * Unknown fields pass, unknown groups too when they are well formed. Called by receive/, on the thread of the doors:
 * 1.3 million spans a second of 858 bytes and 15 attributes (benchmarks/otlp-codec.ts).
 */
import { traceIdHash } from '../trace/ids.ts'
import { messages, requestSchema, spanSchema } from './otlp-schema.ts'
import { cutSpans } from './raw-trace.ts'
import {
  badParentSpanId,
  badSpanId,
  badTraceId,
  describeRejections,
  maxMessagesInSpan,
  rejections,
  tooDeep,
  tooMany,
  zeroSpanId,
  zeroTraceId,
} from './span-rejections.ts'
import { isAnyBitSet } from './span-walker.ts'
import {
  contentEnd,
  fixedEnd,
  MalformedProtobuf,
  maxNesting,
  skipField,
  varintEnd,
  varintNumber,
} from './wire.ts'

export type Inspection =
  | {
      readonly ok: true
      /** To store: the bytes that came in, or a copy without the rejected spans. */
      readonly bytes: Uint8Array
      /** Spans in `bytes`. */
      readonly spanCount: number
      /** Distinct traceIdHash values of the spans in `bytes`. */
      readonly traceHashes: readonly number[]
      readonly rejectedSpans: number
      /** Empty, or how many spans were rejected and why, for partial_success.error_message. */
      readonly message: string
    }
  | { readonly ok: false; readonly message: string }

/** Checks an ExportTraceServiceRequest (or TracesData) and cuts out the spans that cannot be accepted. */
export function inspectTraces(bytes: Uint8Array): Inspection {
  const inspector = new Inspector(bytes)
  try {
    if (!inspector.checkMessage(requestSchema.index, 0, bytes.length, 0)) {
      return {
        ok: false,
        message: `malformed protobuf: a resource or scope has ${rejections[inspector.excess]}`,
      }
    }
  } catch (error) {
    if (error instanceof MalformedProtobuf)
      return { ok: false, message: `malformed protobuf: ${error.message}` }
    throw error
  }
  const { rejectedCount, rejectedRuns, spanCount } = inspector
  return {
    ok: true,
    bytes: rejectedCount === 0 ? bytes : cutSpans(bytes, rejectedRuns),
    spanCount: spanCount - rejectedCount,
    traceHashes: [...inspector.traceHashes],
    rejectedSpans: rejectedCount,
    message:
      rejectedCount === 0 ? '' : describeRejections(inspector.rejectionCounts, spanCount, rejectedRuns[0]!),
  }
}

// What to do at each tag of each message, one table for all: 0 unknown, else one of these or `submessage` + its index.
const varint = 1
const fixed64 = 2
const fixed32 = 3
const text = 4
const submessage = 5
const actions = new Uint8Array(messages.length << 8)
for (const schema of messages) {
  for (const field of schema.fields) {
    const byWireType = [varint, fixed64, text, 0, 0, fixed32]
    actions[(schema.index << 8) | field.tag] =
      field.message === undefined ? byWireType[field.tag & 7]! : submessage + field.message.index
  }
}

class Inspector {
  spanCount = 0
  rejectedCount = 0
  /** Where runs of spans to cut out begin and end, in pairs: 64 MiB can hold 30 million bad spans, but few good ones between. */
  readonly rejectedRuns: number[] = []
  /** How many for each reason. */
  readonly rejectionCounts = rejections.map(() => 0)
  readonly traceHashes = new Set<number>()
  /** Which limit made checkMessage return false. */
  excess = 0
  readonly #bytes: Uint8Array
  #lastHash = 0
  #messagesLeft = maxMessagesInSpan

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * Checks the message in [start, end). @param depth its nesting below the request
   * @returns false when it exceeds a limit, and then the rest of it was not looked at @throws MalformedProtobuf
   */
  checkMessage(message: number, start: number, end: number, depth: number): boolean {
    const bytes = this.#bytes
    let at = start
    while (at < end) {
      let tag = bytes[at]!
      if (tag < 0x80) {
        at++
      } else {
        const tagAt = at
        at = varintEnd(bytes, at, end)
        tag = varintNumber(bytes, tagAt)
      }
      const action = tag < 0x100 ? actions[(message << 8) | tag]! : 0
      if (action >= text) {
        let length = at < end ? bytes[at]! : 0x80
        if (length < 0x80) {
          at++
        } else {
          const lengthAt = at
          at = varintEnd(bytes, at, end)
          length = varintNumber(bytes, lengthAt)
        }
        const next = contentEnd(at, length, end)
        if (action >= submessage) {
          const child = action - submessage
          if (child === spanSchema.index) this.#inspectSpan(at, next, depth + 1)
          else if (!this.#checkChild(child, at, next, depth + 1)) return false
        }
        at = next
      } else if (action === varint) {
        if (at < end && bytes[at]! < 0x80) at++
        else at = varintEnd(bytes, at, end)
      } else if (action === fixed64) {
        at = fixedEnd(at, 8, end)
      } else if (action === fixed32) {
        at = fixedEnd(at, 4, end)
      } else {
        at = skipUnknown(bytes, at, end, tag, message)
      }
    }
    return true
  }

  #checkChild(message: number, start: number, end: number, depth: number): boolean {
    // Envelopes may be as many as they like.
    if (depth <= 2) this.#messagesLeft = maxMessagesInSpan
    if (depth > maxNesting || --this.#messagesLeft < 0) {
      this.excess = depth > maxNesting ? tooDeep : tooMany
      return false
    }
    return this.checkMessage(message, start, end, depth)
  }

  #inspectSpan(start: number, end: number, depth: number): void {
    this.#messagesLeft = maxMessagesInSpan
    const rejection = this.checkMessage(spanSchema.index, start, end, depth)
      ? this.#checkIds(start, end)
      : this.excess
    this.#messagesLeft = maxMessagesInSpan
    if (rejection !== 0) {
      const runs = this.rejectedRuns
      if (runs.at(-1) === this.spanCount) runs[runs.length - 1]!++
      else runs.push(this.spanCount, this.spanCount + 1)
      this.rejectionCounts[rejection]!++
      this.rejectedCount++
    }
    this.spanCount++
  }

  /** Of a span that is well formed. The last id counts, as with every field that is not repeated. */
  #checkIds(start: number, end: number): number {
    const bytes = this.#bytes
    let traceIdAt = 0
    let traceIdLength = 0
    let spanIdAt = 0
    let spanIdLength = 0
    let parentLength = 0
    let at = start
    while (at < end) {
      let tag = bytes[at]!
      if (tag === 0x0a || tag === 0x12 || tag === 0x22) {
        let length = bytes[at + 1]!
        if (length < 0x80) {
          at += 2
        } else {
          length = varintNumber(bytes, at + 1)
          at = varintEnd(bytes, at + 1, end)
        }
        if (tag === 0x0a) {
          traceIdAt = at
          traceIdLength = length
        } else if (tag === 0x12) {
          spanIdAt = at
          spanIdLength = length
        } else {
          parentLength = length
        }
        at += length
      } else {
        const tagAt = at
        at = tag < 0x80 ? at + 1 : varintEnd(bytes, at, end)
        if (tag >= 0x80) tag = varintNumber(bytes, tagAt)
        if ((tag & 7) === 2 && bytes[at]! < 0x80) at += 1 + bytes[at]!
        else at = skipField(bytes, at, end, tag)
      }
    }
    if (traceIdLength !== 16) return badTraceId
    if (spanIdLength !== 8) return badSpanId
    if (parentLength !== 0 && parentLength !== 8) return badParentSpanId
    if (!isAnyBitSet(bytes, traceIdAt, traceIdAt + 16)) return zeroTraceId
    if (!isAnyBitSet(bytes, spanIdAt, spanIdAt + 8)) return zeroSpanId
    // Spans of a trace mostly stand side by side: the set is asked only where the trace changes.
    const hash = traceIdHash(bytes, traceIdAt)
    if (hash !== this.#lastHash || this.traceHashes.size === 0) this.traceHashes.add(hash)
    this.#lastHash = hash
    return 0
  }
}

/** Skips a field that is not in the schema; one that is, under another wire type, is an error (as in the Collector). */
function skipUnknown(bytes: Uint8Array, at: number, end: number, tag: number, message: number): number {
  const next = skipField(bytes, at, end, tag)
  const schema = messages[message]!
  const known = schema.fields.find((field) => field.number === tag >>> 3)
  if (known === undefined) return next
  throw new MalformedProtobuf(
    at,
    `${schema.name}.${known.jsonName} has wire type ${tag & 7}, not ${known.tag & 7}`,
  )
}
