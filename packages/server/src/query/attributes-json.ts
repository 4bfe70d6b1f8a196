import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import type { AttributeObject, AttributeJson } from './contract.ts'

/**
 * Attributes as one JSON object. OTLP lets a list repeat a key: the last one wins here, and `/raw` has them all.
 * The object has no prototype, so that the key `__proto__` is a key like any other.
 */
export function attributesToJson(attributes: readonly Attribute[]): AttributeObject {
  const object = Object.create(null) as AttributeObject
  for (const { key, value } of attributes) object[key] = valueToJson(value)
  return object
}

/**
 * One value: an int64 beyond what a double holds exactly as its decimal digits, NaN and the infinities as their names
 * (the proto3 JSON mapping's), bytes in base64, an AnyValue without a value as null.
 */
export function valueToJson(value: AttributeValue): AttributeJson {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    return BigInt.asIntN(54, value) === value && value !== minUnsafe ? Number(value) : value.toString()
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  }
  if ('entries' in value && !Array.isArray(value))
    return attributesToJson((value as { entries: Attribute[] }).entries)
  return (value as readonly AttributeValue[]).map(valueToJson)
}

const minUnsafe = -(2n ** 53n)
