import assert from 'node:assert/strict'
import { SpanWalker } from '../../otlp/span-walker.ts'
import type { Span } from '../../trace/span.ts'
import { encodeSpan } from './encode-request.ts'
import { readAllRaw, type StoreHarness } from './harness.ts'

/** The spans of readRaw as hexadecimal bytes, by span id. */
export async function readRawSpans(harness: StoreHarness, traceId: string): Promise<Record<string, string>> {
  const walker = new SpanWalker()
  walker.reset(await readAllRaw(harness.store, traceId))
  const spans: Record<string, string> = {}
  while (walker.next()) {
    const spanId = hex(walker.bytes.subarray(walker.spanIdAt, walker.spanIdAt + 8))
    assert.equal(spans[spanId], undefined, 'a span came out twice')
    spans[spanId] = hex(walker.bytes.subarray(walker.spanStart, walker.spanEnd))
  }
  return spans
}

export function hexBySpanId(spans: readonly Span[]): Record<string, string> {
  return Object.fromEntries(spans.map((span) => [span.spanId, hex(encodeSpan(span))]))
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
