import { readText } from './text.ts'
import { contentEnd, skipField, varintEnd, varintNumber } from './wire.ts'

/** The name of the instrumentation scope of the ScopeSpans in [start, end); empty when it tells none. */
export function readScopeName(bytes: Uint8Array, start: number, end: number): string {
  let name = ''
  let at = start
  while (at < end) {
    const afterTag = varintEnd(bytes, at, end)
    const tag = varintNumber(bytes, at)
    at = skipField(bytes, afterTag, end, tag)
    if (tag === 0x0a) name = readName(bytes, varintEnd(bytes, afterTag, end), at) ?? name
  }
  return name
}

/** Of an InstrumentationScope; several of them, and several names, merge: the last counts. */
function readName(bytes: Uint8Array, start: number, end: number): string | undefined {
  let name: string | undefined
  let at = start
  while (at < end) {
    const afterTag = varintEnd(bytes, at, end)
    const tag = varintNumber(bytes, at)
    at = skipField(bytes, afterTag, end, tag)
    if (tag !== 0x0a) continue
    const nameStart = varintEnd(bytes, afterTag, end)
    name = readText(bytes, nameStart, contentEnd(nameStart, varintNumber(bytes, afterTag), end))
  }
  return name
}
