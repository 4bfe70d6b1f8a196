// Values of an author's attributes as every line of the SDK takes them: 2.x drops objects and mixed arrays silently,
// so those become JSON text.
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { serialiseValue } from './serialise-value.ts'

/** Most items of an array that stay an array. */
const maxItems = 1000

/** Drops null and undefined; never throws for a value, whatever it is. */
export function toAttributes(values: Readonly<Record<string, unknown>>, maxChars: number): Attributes {
  const attributes: Attributes = {}
  for (const key of Object.keys(values)) {
    const value = toAttributeValue(values[key], maxChars)
    if (value !== undefined) attributes[key] = value
  }
  return attributes
}

/** Undefined for null and undefined. */
export function toAttributeValue(value: unknown, maxChars: number): Attributes[string] {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string' && value.length <= maxChars) return value
  if (isPlainList(value, maxChars)) return [...value] as AttributeValue
  return serialiseValue(value, maxChars).text
}

function isPlainList(value: unknown, maxChars: number): value is readonly unknown[] {
  if (!Array.isArray(value) || value.length > maxItems) return false
  const type = typeof value[0]
  if (type !== 'string' && type !== 'number' && type !== 'boolean') return value.length === 0
  let chars = 0
  for (const item of value as unknown[]) {
    if (typeof item !== type) return false
    if (typeof item === 'string') chars += item.length
  }
  return chars <= maxChars
}
