// Export requests by hand: a few lines of protobuf, independent of the program's own reading of it.
// Field numbers: opentelemetry/proto/trace/v1/trace.proto.
import { randomBytes } from 'node:crypto'

export interface TestSpan {
  /** Hex. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes?: Readonly<Record<string, string>>
}

const varint = 0
const fixed64 = 1
const delimited = 2

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

/** An ExportTraceServiceRequest with one resource and one scope. */
export function encodePayload(serviceName: string, spans: readonly TestSpan[]): Buffer {
  const resource = bytesField(1, bytesField(1, keyValue('service.name', serviceName)))
  const scope = bytesField(1, bytesField(1, Buffer.from('holdfast-e2e')))
  const scopeSpans = Buffer.concat([scope, ...spans.map((span) => bytesField(2, encodeSpan(span)))])
  return bytesField(1, Buffer.concat([resource, bytesField(2, scopeSpans)]))
}

function encodeSpan(span: TestSpan): Buffer {
  const startNano = BigInt(Date.now()) * 1_000_000n
  return Buffer.concat([
    bytesField(1, Buffer.from(span.traceId, 'hex')),
    bytesField(2, Buffer.from(span.spanId, 'hex')),
    ...(span.parentSpanId === undefined ? [] : [bytesField(4, Buffer.from(span.parentSpanId, 'hex'))]),
    bytesField(5, Buffer.from(span.name)),
    Buffer.from([tag(6, varint), 2]), // kind: SERVER
    fixed64Field(7, startNano),
    fixed64Field(8, startNano + 5_000_000n),
    ...Object.entries(span.attributes ?? {}).map(([key, value]) => bytesField(9, keyValue(key, value))),
  ])
}

function keyValue(key: string, value: string): Buffer {
  return Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, bytesField(1, Buffer.from(value)))])
}

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag(field, delimited)]), encodeVarint(bytes.length), bytes])
}

function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = tag(field, fixed64)
  bytes.writeBigUInt64LE(value, 1)
  return bytes
}

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType // fields 1 to 15 fit one byte
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = []
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128)
  return Buffer.from([...bytes, value])
}
