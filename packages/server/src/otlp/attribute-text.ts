import type { AttributeMap, AttributeValue } from '../trace/attributes.ts'
import { readBase64 } from './text.ts'

/**
 * A value where text is wanted, as the specification has it under "AnyValue representation for non-OTLP protocols"
 * (common/README.md): bytes in base64, arrays and maps as JSON, empty as an empty string.
 */
export function attributeText(value: AttributeValue): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return readBase64(value, 0, value.length)
  return typeof value === 'object' ? jsonText(value) : String(value)
}

function jsonText(value: AttributeValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'bigint':
    case 'boolean':
      return String(value)
  }
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return `"${readBase64(value, 0, value.length)}"`
  if (isMap(value)) {
    return `{${value.entries.map((entry) => `${JSON.stringify(entry.key)}:${jsonText(entry.value)}`).join()}}`
  }
  return `[${value.map(jsonText).join()}]`
}

function isMap(value: AttributeMap | readonly AttributeValue[]): value is AttributeMap {
  return !Array.isArray(value)
}
