import { Buffer } from 'node:buffer'

/** Below this a loop over the bytes beats the call into Node's decoder (measured: 24 bytes 55 ns against 95). */
const shortBytes = 24

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
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
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
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('base64')
}
