import { Buffer } from 'node:buffer'

/** Up to here a loop over the bytes beats the call into Node's decoder (measured: 8 bytes 47 against 73 ns, 16 bytes 129 against 103). */
const shortBytes = 12

/**
 * Reads UTF-8 as text that PostgreSQL and JSON can hold: what is not UTF-8, and NUL, read as U+FFFD. The bytes
 * themselves are kept elsewhere as they came.
 */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= shortBytes) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte === 0 || byte >= 0x80) break
      text += asciiCharacters[byte]!
    }
    if (at === end) return text
  }
  const text = asBuffer(bytes).toString('utf8', start, end)
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}

const asciiCharacters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex of the bytes, for ids. */
export function readHex(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += hexPairs[bytes[at]!]!
  return text
}

/** Standard base64 with padding, as OTLP JSON carries bytes. */
export function readBase64(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('base64', start, end)
}

/** The same memory; where bytes come from the database or the decompressor they are a Buffer already. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
