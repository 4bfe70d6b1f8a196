import assert from 'node:assert/strict'
import type { AttributeValue } from '../trace/attributes.ts'
import type { Span } from '../trace/span.ts'
import { decodeSpan } from './decode-span.ts'
import { SpanWalker } from './span-walker.ts'
import { transcodeTracesJson } from './transcode-json.ts'

/** Every span in the bytes, for tests. */
export function decodeAll(bytes: Uint8Array): Span[] {
  const walker = new SpanWalker()
  walker.reset(bytes)
  const spans: Span[] = []
  while (walker.next()) spans.push(decodeSpan(walker))
  return spans
}

/** An OTLP JSON request of one span with these fields, as text, besides its ids. */
export function spanJson(fields: string): string {
  const ids = '"traceId":"0AF7651916cd43dd8448eb211c80319C","spanId":"b7ad6b7169203331"'
  const span = fields === '' ? ids : `${ids},${fields}`
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${span}}]}]}]}`
}

export function transcode(json: string | Uint8Array): Uint8Array {
  const transcoded = transcodeTracesJson(typeof json === 'string' ? new TextEncoder().encode(json) : json)
  assert.ok(transcoded.ok, transcoded.ok ? '' : transcoded.message)
  return transcoded.bytes
}

/** Why the JSON is refused. */
export function refusal(json: string): string {
  const transcoded = transcodeTracesJson(new TextEncoder().encode(json))
  assert.equal(transcoded.ok, false, 'the JSON was accepted')
  return transcoded.ok ? '' : transcoded.message
}

/** Why the one span of the JSON is left out: where, and what is wrong. */
export function spanRefusal(json: string): string {
  const transcoded = transcodeTracesJson(new TextEncoder().encode(json))
  assert.ok(transcoded.ok, transcoded.ok ? '' : transcoded.message)
  assert.equal(transcoded.rejectedSpans, 1, 'the span was accepted')
  assert.deepEqual(decodeAll(transcoded.bytes), [])
  const [, flaw = ''] = /^1 span rejected .*; the first is (.*)$/.exec(transcoded.message) ?? []
  return flaw
}

/** The span that the fields, JSON text, make. */
export function spanFromJson(fields: string): Span {
  return decodeAll(transcode(spanJson(fields)))[0]!
}

/** The attribute value that the AnyValue, JSON text, makes. */
export function valueFromJson(anyValue: string): AttributeValue {
  return spanFromJson(`"attributes":[{"key":"k","value":${anyValue}}]`).attributes[0]!.value
}
