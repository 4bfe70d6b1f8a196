import { hash } from 'node:crypto'

/**
 * The attribute that tells what a question asked, whatever its words: `FILTER:RATING=PG|LIMIT:10|SELECT:FILM`
 * (@holdfast/canonicalizer).
 */
export const fingerprintAttribute = 'canonicalize.fingerprint'

/** What an index entry has room for; those of real questions have some 20 to 150. */
export const maxFingerprintBytes = 256

/** A longer one is no question's, and is not kept: a string of it would be made of memory that others need. */
export const maxSentFingerprintBytes = 64 * 1024

const hashBytes = 64
const keptBytes = maxFingerprintBytes - 1 - hashBytes

/**
 * A fingerprint as it is kept and looked for: NUL as U+FFFD, and one of more than 256 bytes of UTF-8 as its first 191
 * bytes, in whole characters, `~`, and the SHA-256 of the whole in hex. So long ones that begin alike stay apart, and what
 * is shown finds the same traces as what was sent.
 */
export function toKeptFingerprint(text: string): string {
  const readable = text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
  // A UTF-16 unit takes three bytes at most.
  if (readable.length * 3 <= maxFingerprintBytes) return readable
  const bytes = Buffer.from(readable)
  if (bytes.byteLength <= maxFingerprintBytes) return readable
  let end = keptBytes
  while (isContinuation(bytes[end]!)) end--
  return `${bytes.toString('utf8', 0, end)}~${hash('sha256', bytes, 'hex')}`
}

/** Of a character of several bytes, one behind the first (RFC 3629, section 3). */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}
