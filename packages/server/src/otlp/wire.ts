/**
 * The protobuf wire format (protobuf.dev/programming-guides/encoding), as functions over bytes and offsets.
 *
 * They allocate nothing and keep no state: a hot loop reads one-byte varints itself and calls these for the rest. All
 * throw MalformedProtobuf rather than read past `end`.
 */

/** Bytes that are not the protobuf they are said to be. The message names a place and a rule, never content. */
export class MalformedProtobuf extends Error {
  override readonly name = 'MalformedProtobuf'
  readonly offset: number

  constructor(offset: number, what: string) {
    super(`byte ${offset}: ${what}`)
    this.offset = offset
  }
}

/** Messages may nest this deep below the request: the limit of protobuf's own parsers, who must be able to read what we hand out. */
export const maxNesting = 100

/**
 * Where the varint at `at` ends. More than 10 bytes or 64 bits are refused (as Go's parser does; C++ would drop the
 * excess bits, and two readers would then disagree); longer than necessary is fine.
 */
export function varintEnd(bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + 10)
  let next = at
  while (next < limit) {
    const byte = bytes[next++]!
    if (byte < 0x80) {
      if (byte > 1 && next === at + 10) throw new MalformedProtobuf(at, 'a varint exceeds 64 bits')
      return next
    }
  }
  throw new MalformedProtobuf(
    at,
    next === at + 10 ? 'a varint is longer than 10 bytes' : 'a varint is cut off',
  )
}

/** The varint at `at`, whose end `varintEnd` has found, as an unsigned number: exact below 2^53, as tags and lengths are. */
export function varintNumber(bytes: Uint8Array, at: number): number {
  let value = 0
  let factor = 1
  for (let index = at; index < at + 10; index++) {
    const byte = bytes[index]!
    value += (byte & 0x7f) * factor
    if (byte < 0x80) break
    factor *= 128
  }
  return value
}

/** The lower 32 bits of the varint at `at` as a signed number: what int32, uint32 and enum fields keep of it. */
export function varintLow(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index]!
    value |= (byte & 0x7f) << (index * 7)
    if (byte < 0x80) break
  }
  return value
}

/** The upper 32 bits of the varint at `at` as a signed number. */
export function varintHigh(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index]!
    if (index === 4) value |= (byte & 0x7f) >>> 4
    else if (index > 4) value |= (byte & 0x7f) << (index * 7 - 32)
    if (byte < 0x80) break
  }
  return value
}

/** Where the content of a length-delimited field ends. @param at its first byte @param length as its prefix says */
export function contentEnd(at: number, length: number, end: number): number {
  if (length > end - at) throw new MalformedProtobuf(at, 'a length runs past the end of its message')
  return at + length
}

/** Where a fixed32 or fixed64 at `at` ends. @param width 4 or 8 */
export function fixedEnd(at: number, width: number, end: number): number {
  if (width > end - at) throw new MalformedProtobuf(at, `a fixed${width * 8} is cut off`)
  return at + width
}

/** The 32 bits at `at`, little-endian, unsigned. */
export function fixed32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

const doubleBytes = new DataView(new ArrayBuffer(8))

/** The double at `at`. */
export function readDouble(bytes: Uint8Array, at: number): number {
  doubleBytes.setUint32(4, fixed32(bytes, at))
  doubleBytes.setUint32(0, fixed32(bytes, at + 4))
  return doubleBytes.getFloat64(0)
}

/** The 64 bits at `at`, unsigned. */
export function readFixed64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(fixed32(bytes, at + 4)) << 32n) | BigInt(fixed32(bytes, at))
}

/** The varint at `at` as an int64. */
export function readInt64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(varintHigh(bytes, at)) << 32n) | BigInt(varintLow(bytes, at) >>> 0)
}

/** The varint at `at` as a bool: any bit makes it true. */
export function readBool(bytes: Uint8Array, at: number): boolean {
  return (varintLow(bytes, at) | varintHigh(bytes, at)) !== 0
}

/**
 * Where a field ends that the reader does not know. Groups, which proto3 has no use for but parsers must skip, are
 * skipped when they are well formed.
 * @param at first byte after the tag @param tag field number and wire type
 */
export function skipField(bytes: Uint8Array, at: number, end: number, tag: number): number {
  if (tag < 8 || tag > 0xffffffff) throw new MalformedProtobuf(at, 'a field number is out of range')
  switch (tag & 7) {
    case 0:
      return varintEnd(bytes, at, end)
    case 1:
      return fixedEnd(at, 8, end)
    case 2: {
      const start = varintEnd(bytes, at, end)
      return contentEnd(start, varintNumber(bytes, at), end)
    }
    case 3:
      return skipGroup(bytes, at, end, tag)
    case 5:
      return fixedEnd(at, 4, end)
    default:
      throw new MalformedProtobuf(
        at,
        (tag & 7) === 4 ? 'a group ends that did not begin' : `wire type ${tag & 7}`,
      )
  }
}

function skipGroup(bytes: Uint8Array, at: number, end: number, tag: number): number {
  const open = [tag]
  let next = at
  while (next < end) {
    const inner = varintNumber(bytes, next)
    const innerEnd = varintEnd(bytes, next, end)
    if ((inner & 7) === 4) {
      if (inner !== open.pop()! + 1)
        throw new MalformedProtobuf(next, 'a group ends with another field number')
      if (open.length === 0) return innerEnd
      next = innerEnd
    } else if ((inner & 7) === 3) {
      if (open.length === maxNesting)
        throw new MalformedProtobuf(next, `groups nest more than ${maxNesting} deep`)
      if (inner < 8 || inner > 0xffffffff) throw new MalformedProtobuf(next, 'a field number is out of range')
      open.push(inner)
      next = innerEnd
    } else {
      next = skipField(bytes, innerEnd, end, inner)
    }
  }
  throw new MalformedProtobuf(at, 'a group is cut off')
}
