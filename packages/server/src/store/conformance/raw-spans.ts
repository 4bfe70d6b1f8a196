import assert from 'node:assert/strict'
import { SpanWalker } from '../../otlp/span-walker.ts'
import { encodeSpans } from '../../otlp/test-payload.ts'
import type { Span } from '../../trace/span.ts'
import type { StoreHarness } from './harness.ts'

/** Each span's own bytes as hexadecimal digits, by span id: what must not change between the door and readRaw. */
export type RawSpans = Readonly<Record<string, string>>

export async function readRawSpans({ store }: StoreHarness, traceId: string): Promise<RawSpans> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.readRaw(traceId)) chunks.push(chunk)
  return rawSpansOf(Buffer.concat(chunks))
}

export function encodeRawSpans(spans: readonly Span[]): RawSpans {
  return rawSpansOf(encodeSpans(spans))
}

export function rawSpansOf(bytes: Uint8Array): RawSpans {
  const walker = new SpanWalker()
  walker.reset(bytes)
  const spans: Record<string, string> = {}
  while (walker.next()) {
    const spanId = toHex(walker.bytes.subarray(walker.spanIdAt, walker.spanIdAt + 8))
    assert.equal(spans[spanId], undefined, 'a span came out twice')
    spans[spanId] = toHex(walker.bytes.subarray(walker.spanStart, walker.spanEnd))
  }
  return spans
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
