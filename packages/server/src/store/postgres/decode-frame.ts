import { decodeSpan } from '../../otlp/decode-span.ts'
import { SpanWalker } from '../../otlp/span-walker.ts'
import type { Frame } from '../../queue/read-frames.ts'
import { UnreadableBody } from '../../queue/unreadable-body.ts'
import type { Span } from '../../trace/span.ts'

export interface DecodedSpan {
  /** Within the body. */
  readonly spanIndex: number
  /** Of its protobuf message. */
  readonly spanBytes: number
  readonly span: Span
}

/**
 * The wanted spans of a frame.
 * @param spanIndexes within the body; those of other frames are passed over
 * @throws UnreadableBody when the bytes are no spans, or a span is not of this trace: the row points at another
 */
export function* decodeFrame(
  frame: Frame,
  traceId: string,
  spanIndexes: ReadonlySet<number>,
): Generator<DecodedSpan, void, undefined> {
  const walker = new SpanWalker()
  walker.reset(frame.bytes)
  while (guard(frame, () => walker.next())) {
    const spanIndex = frame.firstSpanIndex + walker.spanIndex
    if (!spanIndexes.has(spanIndex)) continue
    const span = guard(frame, () => decodeSpan(walker))
    if (span.traceId !== traceId) throw new UnreadableBody(frame, `span ${spanIndex} is of another trace`)
    yield { spanIndex, spanBytes: walker.spanEnd - walker.spanStart, span }
  }
}

/** Runs a decoder over a frame. @throws UnreadableBody in place of what it throws */
export function guard<T>(frame: Frame, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw new UnreadableBody(frame, 'its bytes are not the spans that were written', { cause: error })
  }
}
