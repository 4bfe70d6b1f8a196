// Content without what is binary in it: images, sound, documents, as data URLs, base64 or bytes. For parts of messages
// whose kind is not known, so it goes by what values look like.

/** Stands where binary content was. */
export const binaryMark = '[holdfast: binary content left out]'
const unvisitedMark = '[holdfast: further content left out]'

/** Text of at least this length without a space is taken for base64; no word of any language is that long. */
const minBase64Chars = 256
const base64Pattern = /^[A-Za-z0-9+/_-]+={0,2}$/
const dataUrlPattern = /^data:[^,]{0,256};base64,/i
/** Values that are looked at in one part; and how deep. */
const maxValues = 2000
const maxDepth = 8

/** A copy without binary content. Objects with a `toJSON` stay as they are. */
export function withoutBinary(value: unknown): unknown {
  let valuesLeft = maxValues
  const copy = (one: unknown, depth: number): unknown => {
    valuesLeft -= 1
    if (valuesLeft < 0 || depth > maxDepth) return unvisitedMark
    if (typeof one === 'string') return isBinary(one) ? binaryMark : one
    if (typeof one !== 'object' || one === null) return one
    if (ArrayBuffer.isView(one) || one instanceof ArrayBuffer || one instanceof Blob) return binaryMark
    if (Array.isArray(one)) return one.slice(0, maxValues).map((item) => copy(item, depth + 1))
    if (typeof (one as { toJSON?: unknown }).toJSON === 'function') return one
    const entries = Object.entries(one).slice(0, maxValues)
    return Object.fromEntries(entries.map(([key, field]) => [key, copy(field, depth + 1)]))
  }
  return copy(value, 0)
}

function isBinary(text: string): boolean {
  const start = text.slice(0, 4096)
  return dataUrlPattern.test(start) || (text.length >= minBase64Chars && base64Pattern.test(start))
}
