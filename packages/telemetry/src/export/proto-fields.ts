/** One field of a protobuf message; of fixed 32 and 64 bit fields only the place is known, for no answer has any. */
export interface ProtoField {
  readonly number: number
  /** Of a varint. */
  readonly varint: bigint | undefined
  /** Of a length-delimited field. */
  readonly bytes: Uint8Array | undefined
}

/** The fields of a message, in order; undefined when these bytes are no protobuf message. */
export function readProtoFields(message: Uint8Array): ProtoField[] | undefined {
  const fields: ProtoField[] = []
  let at = 0
  const readVarint = (): bigint | undefined => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) return undefined
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return undefined
  }
  while (at < message.length) {
    const tag = readVarint()
    if (tag === undefined) return undefined
    const number = Number(tag >> 3n)
    let varint: bigint | undefined
    let bytes: Uint8Array | undefined
    switch (Number(tag & 7n)) {
      case 0:
        varint = readVarint()
        if (varint === undefined) return undefined
        break
      case 1:
        at += 8
        break
      case 2: {
        const length = readVarint()
        if (length === undefined || length > BigInt(message.length - at)) return undefined
        bytes = message.subarray(at, at + Number(length))
        at += Number(length)
        break
      }
      case 5:
        at += 4
        break
      default:
        return undefined
    }
    if (at > message.length) return undefined
    fields.push({ number, varint, bytes })
  }
  return fields
}

export function protoText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
