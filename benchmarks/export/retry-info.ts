/** google.rpc.Status {details 3: Any {type_url 1, value 2: RetryInfo {retry_delay 1: Duration {seconds 1, nanos 2}}}} */
export function readRetryDelayMs(bytes: Buffer): number | undefined {
  for (const [field, any] of readFields(bytes)) {
    if (field !== 3 || typeof any === 'number') continue
    const parts = new Map(readFields(any))
    const typeUrl = parts.get(1)
    const value = parts.get(2)
    if (!(typeUrl instanceof Buffer) || !typeUrl.toString().endsWith('google.rpc.RetryInfo')) continue
    const duration = value instanceof Buffer ? new Map(readFields(value)).get(1) : undefined
    const delay = duration instanceof Buffer ? new Map(readFields(duration)) : new Map<number, number>()
    return Number(delay.get(1) ?? 0) * 1000 + Number(delay.get(2) ?? 0) / 1e6
  }
  return undefined
}

/** Varint and length-delimited fields, which are all that Status holds. */
function readFields(bytes: Buffer): readonly (readonly [number, Buffer | number])[] {
  const fields: (readonly [number, Buffer | number])[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) break
    }
    return value
  }
  while (at < bytes.length) {
    const tag = varint()
    const value = varint()
    if (tag % 8 === 0) fields.push([tag >>> 3, value])
    else fields.push([tag >>> 3, bytes.subarray(at, (at += value))])
  }
  return fields
}
