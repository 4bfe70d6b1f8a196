import { attributeText } from './attribute-text.ts'
import { decodeValue } from './decode-attributes.ts'
import type { KeyValueReader } from './key-value.ts'
import { contentEnd, skipField, varintEnd, varintNumber } from './wire.ts'

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
  let at = start
  while (at < end) {
    const afterTag = varintEnd(bytes, at, end)
    const tag = varintNumber(bytes, at)
    if (tag === 0x0a) {
      const resourceStart = varintEnd(bytes, afterTag, end)
      at = contentEnd(resourceStart, varintNumber(bytes, afterTag), end)
      name = readFromResource(bytes, resourceStart, at, reader) ?? name
    } else {
      at = skipField(bytes, afterTag, end, tag)
    }
  }
  return name
}

function readFromResource(
  bytes: Uint8Array,
  start: number,
  end: number,
  reader: KeyValueReader,
): string | undefined {
  let name: string | undefined
  let at = start
  while (at < end) {
    const afterTag = varintEnd(bytes, at, end)
    const tag = varintNumber(bytes, at)
    at = skipField(bytes, afterTag, end, tag)
    if (tag !== 0x0a) continue
    reader.read(bytes, varintEnd(bytes, afterTag, end), at)
    if (isKey(bytes, reader.keyStart, reader.keyEnd)) name = attributeText(decodeValue(bytes, reader))
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
