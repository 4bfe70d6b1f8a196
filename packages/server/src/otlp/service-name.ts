import { attributeText } from './attribute-text.ts'
import { decodeValue } from './decode-attributes.ts'
import { FieldReader } from './field-reader.ts'
import type { KeyValueReader } from './key-value.ts'

const serviceNameKey = new TextEncoder().encode('service.name')

/**
 * service.name of the ResourceSpans in [start, end). Several `resource` fields merge, that is their attributes add up,
 * and of several service.name attributes the last counts.
 */
export function readServiceName(
  bytes: Uint8Array,
  start: number,
  end: number,
  reader: KeyValueReader,
): string {
  let name = ''
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag !== 0x0a) continue
    const inner = new FieldReader(bytes, field.start, field.end)
    while (inner.next()) {
      if (inner.tag !== 0x0a) continue
      reader.read(bytes, inner.start, inner.end)
      if (isKey(bytes, reader.keyStart, reader.keyEnd)) name = attributeText(decodeValue(bytes, reader))
    }
  }
  return name
}

function isKey(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== serviceNameKey.length) return false
  for (let index = 0; index < serviceNameKey.length; index++) {
    if (bytes[start + index] !== serviceNameKey[index]) return false
  }
  return true
}
