import { hexDigit } from './json-scanner.ts'
import type { ProtoWriter } from './proto-writer.ts'

const escapes: Readonly<Record<number, number>> = { 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9 }

/**
 * Writes a JSON string's content as UTF-8, its escapes undone. The scanner has checked them. A surrogate without its
 * other half, which UTF-8 cannot hold, becomes U+FFFD.
 * @returns false when there was one
 */
export function writeUnescaped(writer: ProtoWriter, bytes: Uint8Array, start: number, end: number): boolean {
  writer.reserve(end - start)
  let isWellFormed = true
  let at = start
  while (at < end) {
    const byte = bytes[at++]!
    if (byte !== 0x5c) {
      writer.bytes[writer.length++] = byte
      continue
    }
    const escape = bytes[at++]!
    if (escape !== 0x75) {
      writer.bytes[writer.length++] = escapes[escape] ?? escape
      continue
    }
    let code = codeUnit(bytes, at)
    at += 4
    if (code >= 0xd800 && code < 0xdc00 && at + 6 <= end && bytes[at] === 0x5c && bytes[at + 1] === 0x75) {
      const low = codeUnit(bytes, at + 2)
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        at += 6
      }
    }
    if (code >= 0xd800 && code < 0xe000) {
      code = 0xfffd
      isWellFormed = false
    }
    writeCodePoint(writer, code)
  }
  return isWellFormed
}

/**
 * Writes text that may not be UTF-8: what is not becomes U+FFFD, in the way of https://encoding.spec.whatwg.org/#utf-8-decoder.
 * @returns false when there was such
 */
export function writeUtf8(writer: ProtoWriter, bytes: Uint8Array, start: number, end: number): boolean {
  let isUtf8 = true
  let at = start
  while (at < end) {
    const next = characterEnd(bytes, at, end)
    writer.reserve(4)
    if (next > 0) {
      while (at < next) writer.bytes[writer.length++] = bytes[at++]!
    } else {
      isUtf8 = false
      writeCodePoint(writer, 0xfffd)
      at = -next
    }
  }
  return isUtf8
}

/** Where the character at `at` ends; negative when it is none, and then where the next one may begin. */
function characterEnd(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first < 0x80) return at + 1
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1
  // Not longer than necessary, no surrogate, nothing beyond U+10FFFF.
  let lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  let highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  for (let next = at + 1; next < at + length; next++) {
    const byte = next < end ? bytes[next]! : 0
    if (byte < lowest || byte > highest) return -next
    lowest = 0x80
    highest = 0xbf
  }
  return length === 1 ? -(at + 1) : at + length
}

function codeUnit(bytes: Uint8Array, at: number): number {
  let code = 0
  for (let digit = at; digit < at + 4; digit++) code = code * 16 + hexDigit(bytes[digit])
  return code
}

function writeCodePoint(writer: ProtoWriter, code: number): void {
  const { bytes } = writer
  if (code < 0x80) {
    bytes[writer.length++] = code
  } else if (code < 0x800) {
    bytes[writer.length++] = 0xc0 | (code >> 6)
    bytes[writer.length++] = 0x80 | (code & 0x3f)
  } else {
    if (code < 0x10000) {
      bytes[writer.length++] = 0xe0 | (code >> 12)
    } else {
      bytes[writer.length++] = 0xf0 | (code >> 18)
      bytes[writer.length++] = 0x80 | ((code >> 12) & 0x3f)
    }
    bytes[writer.length++] = 0x80 | ((code >> 6) & 0x3f)
    bytes[writer.length++] = 0x80 | (code & 0x3f)
  }
}

/** Writes what hex digits stand for, in either case. @returns false, and nothing written, when they are not such */
export function writeHex(writer: ProtoWriter, bytes: Uint8Array, start: number, end: number): boolean {
  if ((end - start) % 2 !== 0) return false
  const begun = writer.length
  writer.reserve((end - start) / 2)
  for (let at = start; at < end; at += 2) {
    const byte = (hexDigit(bytes[at]) << 4) | hexDigit(bytes[at + 1])
    if (byte < 0) {
      writer.length = begun
      return false
    }
    writer.bytes[writer.length++] = byte
  }
  return true
}

const sextets = new Int8Array(256).fill(-1)
const standardAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let value = 0; value < 64; value++) sextets[standardAlphabet.charCodeAt(value)] = value
sextets['-'.charCodeAt(0)] = 62
sextets['_'.charCodeAt(0)] = 63

/** Writes what base64 stands for: standard or URL-safe, padded or not (ProtoJSON). @returns false when it is not such */
export function writeBase64(writer: ProtoWriter, bytes: Uint8Array, start: number, end: number): boolean {
  let contentEnd = end
  while (contentEnd > start && end - contentEnd < 2 && bytes[contentEnd - 1] === 0x3d) contentEnd--
  if ((contentEnd - start) % 4 === 1 || (contentEnd < end && (end - start) % 4 !== 0)) return false
  writer.reserve(end - start)
  let bits = 0
  let held = 0
  for (let at = start; at < contentEnd; at++) {
    const sextet = sextets[bytes[at]!]!
    if (sextet < 0) return false
    bits = ((bits << 6) | sextet) & 0xffffff
    held += 6
    if (held >= 8) {
      held -= 8
      writer.bytes[writer.length++] = (bits >> held) & 0xff
    }
  }
  return true
}
