// What a peer sent, cut to what a span should hold.
import type { Attributes } from '@opentelemetry/api'
import { ATTR_HOLDFAST_CONTENT_TRUNCATED } from '../conventions.ts'
import { serialiseValue } from '../service/serialise-value.ts'

/** The first `maxChars` UTF-16 units of it, with an ellipsis where more was cut off. */
export function boundedText(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`
}

/**
 * Content as JSON text under `name`, and a mark where it is not all of it; nothing where there is none, or `maxChars` is
 * 0.
 */
export function contentAttributes(name: string, value: unknown, maxChars: number): Attributes {
  if (value === undefined || maxChars === 0) return {}
  const { text, truncated } = serialiseValue(value, maxChars)
  return { [name]: text, ...(truncated ? { [ATTR_HOLDFAST_CONTENT_TRUNCATED]: true } : {}) }
}
