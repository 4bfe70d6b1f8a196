/** Text that is not JSON, or not the JSON that OTLP wants. The message never holds content. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson'
}

/**
 * JSON may nest this deep: more than any value that OTLP can hold (three levels each, and protobuf ends at 100
 * messages), and far from the end of the stack.
 */
const maxJsonDepth = 512

const quote = 0x22
const backslash = 0x5c

/**
 * Reads JSON (RFC 8259) byte by byte, without making values. Strict in its grammar; bytes inside strings that are not
 * UTF-8 pass as they are.
 */
export class JsonScanner {
  readonly bytes: Uint8Array
  /** The next byte to read. */
  at = 0
  /** The last string without its quotes, or the last number. */
  tokenStart = 0
  tokenEnd = 0
  /** Whether the last string holds backslashes. */
  hasEscapes = false
  #depth = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    // A byte order mark: not JSON, but "implementations may ignore it" (RFC 8259, section 8.1).
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3
  }

  fail(expected: string): never {
    const place = this.at < this.bytes.length ? `at byte ${this.at}` : 'where it ends'
    throw new MalformedJson(`not JSON ${place}: expected ${expected}`)
  }

  /** Skips white space. @returns the byte that follows, -1 at the end */
  peek(): number {
    const { bytes } = this
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
    }
    return -1
  }

  expect(character: string): void {
    if (this.peek() !== character.charCodeAt(0)) this.fail(character)
    this.at++
  }

  /** Opens an object or array. @returns false when it is empty, and then it is closed already */
  open(opening: '{' | '['): boolean {
    this.expect(opening)
    if (this.peek() === (opening === '{' ? 0x7d : 0x5d)) {
      this.at++
      return false
    }
    if (++this.#depth > maxJsonDepth) throw new MalformedJson(`JSON nests more than ${maxJsonDepth} deep`)
    return true
  }

  /** Behind an element: @returns whether another one follows; if not, it has been closed */
  hasMore(opening: '{' | '['): boolean {
    const byte = this.peek()
    if (byte !== 0x2c && byte !== (opening === '{' ? 0x7d : 0x5d))
      this.fail(opening === '{' ? ', or }' : ', or ]')
    this.at++
    if (byte === 0x2c) return true
    this.#depth--
    return false
  }

  /** Reads a string into tokenStart, tokenEnd and hasEscapes. */
  readString(): void {
    if (this.peek() !== quote) this.fail('a string')
    const { bytes } = this
    const start = this.at + 1
    this.hasEscapes = false
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte > backslash) continue
      if (byte === quote) {
        this.tokenStart = start
        this.tokenEnd = at
        this.at = at + 1
        return
      }
      if (byte === backslash) {
        this.hasEscapes = true
        at = this.#escapeEnd(at + 1)
      } else if (byte < 0x20) {
        this.at = at
        this.fail('no control character in a string')
      }
    }
    this.at = bytes.length
    this.fail('the end of a string')
  }

  /** @returns the last byte of the escape whose character is at `at` */
  #escapeEnd(at: number): number {
    const byte = this.bytes[at]
    if (byte === 0x75) {
      for (let digit = at + 1; digit <= at + 4; digit++)
        if (hexDigit(this.bytes[digit]) < 0) this.#failAt(digit)
      return at + 4
    }
    if (byte === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(byte))) this.#failAt(at)
    return at
  }

  #failAt(at: number): never {
    this.at = at
    this.fail('an escape sequence')
  }

  /** Reads a number into tokenStart and tokenEnd. */
  readNumber(): void {
    this.peek()
    const end = numberEnd(this.bytes, this.at, this.bytes.length)
    if (end < 0) this.fail('a value')
    this.tokenStart = this.at
    this.tokenEnd = this.at = end
  }

  /** Reads true, false or null. */
  readLiteral(literal: 'true' | 'false' | 'null'): void {
    for (let index = 0; index < literal.length; index++) {
      if (this.bytes[this.at + index] !== literal.charCodeAt(index)) this.fail('a value')
    }
    this.at += literal.length
  }

  skipValue(): void {
    switch (this.peek()) {
      case 0x7b:
        if (!this.open('{')) return
        do {
          this.readString()
          this.expect(':')
          this.skipValue()
        } while (this.hasMore('{'))
        return
      case 0x5b:
        if (!this.open('[')) return
        do this.skipValue()
        while (this.hasMore('['))
        return
      case quote:
        return this.readString()
      case 0x74:
        return this.readLiteral('true')
      case 0x66:
        return this.readLiteral('false')
      case 0x6e:
        return this.readLiteral('null')
      default:
        return this.readNumber()
    }
  }
}

/** The digit's value, -1 when it is none. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Where the JSON number that starts at `at` ends; -1 when there is none. */
export function numberEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at < end && bytes[at] === 0x2d ? at + 1 : at
  const integerEnd = digitsEnd(bytes, next, end)
  if (integerEnd === next || (bytes[next] === 0x30 && integerEnd > next + 1)) return -1
  next = integerEnd
  if (next < end && bytes[next] === 0x2e) {
    const fractionEnd = digitsEnd(bytes, next + 1, end)
    if (fractionEnd === next + 1) return -1
    next = fractionEnd
  }
  if (next < end && (bytes[next]! | 0x20) === 0x65) {
    const sign = next + 1 < end ? bytes[next + 1] : 0
    const digitsAt = next + (sign === 0x2b || sign === 0x2d ? 2 : 1)
    const exponentEnd = digitsEnd(bytes, digitsAt, end)
    if (exponentEnd === digitsAt) return -1
    next = exponentEnd
  }
  return next
}

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && bytes[next]! >= 0x30 && bytes[next]! <= 0x39) next++
  return next
}
