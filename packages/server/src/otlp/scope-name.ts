import { FieldReader } from './field-reader.ts'

/**
 * The name of the instrumentation scope of the ScopeSpans in [start, end); empty when it tells none. Several scopes, and
 * several names, merge: the last counts.
 */
export function readScopeName(bytes: Uint8Array, start: number, end: number): string {
  let name = ''
  const field = new FieldReader(bytes, start, end)
  while (field.next()) {
    if (field.tag !== 0x0a) continue
    const inner = new FieldReader(bytes, field.start, field.end)
    while (inner.next()) if (inner.tag === 0x0a) name = inner.text()
  }
  return name
}
