// Protobuf put together piece by piece, for tests of what no encoder would write.

/** A length-delimited field of the given content; its length may be told wrong. */
export function field(
  number: number,
  content: string | Uint8Array | readonly Uint8Array[],
  lengthOffset = 0,
): Uint8Array {
  const bytes =
    typeof content === 'string' || content instanceof Uint8Array ? Buffer.from(content) : concat(...content)
  return concat(varint(number * 8 + 2), varint(bytes.length + lengthOffset), bytes)
}

export function varintField(number: number, value: number): Uint8Array {
  return concat(varint(number * 8), varint(value))
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  return Uint8Array.from([...bytes, rest])
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}

export const ids = concat(
  field(1, fromHex('0af7651916cd43dd8448eb211c80319c')),
  field(2, fromHex('b7ad6b7169203331')),
)

/** A request of one ResourceSpans and one ScopeSpans with spans of these contents. */
export function requestOf(...spans: readonly Uint8Array[]): Uint8Array {
  return field(1, [
    field(
      2,
      spans.map((span) => field(2, span)),
    ),
  ])
}

/** An AnyValue that holds an array that holds an array … `levels` times. */
export function nestedArrays(levels: number): Uint8Array {
  let value: Uint8Array = field(1, 'x')
  for (let level = 0; level < levels; level++) value = field(5, field(1, value))
  return value
}
