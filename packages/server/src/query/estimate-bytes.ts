import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import type { Span } from '../trace/span.ts'

// What a key, a number or a fixed field takes in JSON, about.
const fixedBytes = 24

/** About how long a span is in JSON, without writing it: to end a page before it is too long. */
export function estimateSpanBytes(span: Span): number {
  let bytes = 40 * fixedBytes + span.name.length + span.traceState.length + span.status.message.length
  bytes += estimateAttributes(span.attributes)
  bytes += estimateAttributes(span.resource.attributes) + estimateAttributes(span.scope.attributes)
  for (const event of span.events) {
    bytes += 4 * fixedBytes + event.name.length + estimateAttributes(event.attributes)
  }
  for (const link of span.links) {
    bytes += 8 * fixedBytes + link.traceState.length + estimateAttributes(link.attributes)
  }
  return bytes
}

function estimateAttributes(attributes: readonly Attribute[]): number {
  let bytes = 0
  for (const { key, value } of attributes) bytes += fixedBytes + key.length + estimateValue(value)
  return bytes
}

function estimateValue(value: AttributeValue): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return (value.byteLength * 4) / 3
  if (value === null || typeof value !== 'object') return fixedBytes
  if ('entries' in value && !Array.isArray(value)) {
    return estimateAttributes((value as { entries: readonly Attribute[] }).entries)
  }
  let bytes = 0
  for (const item of value as readonly AttributeValue[]) bytes += estimateValue(item) + 1
  return bytes
}
