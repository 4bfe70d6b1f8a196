import type { OtlpEncoding } from './export-response.ts'
import { ProtoWriter } from './proto-writer.ts'
import { shrinkToFit } from './shrink-message.ts'

/** google.rpc.Status: the body of every HTTP error, and grpc-status-details-bin. */
export interface RpcStatus {
  /** google.rpc.Code */
  readonly code: number
  readonly message: string
  /** Adds google.rpc.RetryInfo: the client should wait this long. */
  readonly retryDelayMs?: number
  /** Adds google.rpc.BadRequest with one violation. */
  readonly badField?: { readonly field: string; readonly description: string }
}

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo'
const badRequestType = 'type.googleapis.com/google.rpc.BadRequest'

/** Encodes the status; its message is cut where it would exceed 4 MiB. */
export function encodeRpcStatus(encoding: OtlpEncoding, status: RpcStatus): Uint8Array {
  return shrinkToFit(status.message, (message) =>
    encoding === 'json' ? encodeJson({ ...status, message }) : encodeProtobuf({ ...status, message }),
  )
}

function encodeJson({ code, message, retryDelayMs, badField }: RpcStatus): Uint8Array {
  const details = []
  if (retryDelayMs !== undefined) {
    const { seconds, nanos } = splitDuration(retryDelayMs)
    const fraction = nanos === 0 ? '' : `.${String(nanos / 1_000_000).padStart(3, '0')}`
    details.push({ '@type': retryInfoType, retryDelay: `${seconds}${fraction}s` })
  }
  if (badField !== undefined) details.push({ '@type': badRequestType, fieldViolations: [badField] })
  return new TextEncoder().encode(
    JSON.stringify(details.length === 0 ? { code, message } : { code, message, details }),
  )
}

function encodeProtobuf({ code, message, retryDelayMs, badField }: RpcStatus): Uint8Array {
  const writer = new ProtoWriter()
  writer.varint(0x08)
  writer.varint(code)
  if (message !== '') writer.textField(0x12, message)
  if (retryDelayMs !== undefined) {
    const { seconds, nanos } = splitDuration(retryDelayMs)
    const detail = beginAny(writer, retryInfoType)
    const duration = writer.beginMessage(0x0a)
    writer.varint(0x08)
    writer.varint(seconds)
    writer.varint(0x10)
    writer.varint(nanos)
    writer.endMessage(duration)
    endAny(writer, detail)
  }
  if (badField !== undefined) {
    const detail = beginAny(writer, badRequestType)
    const violation = writer.beginMessage(0x0a)
    writer.textField(0x0a, badField.field)
    writer.textField(0x12, badField.description)
    writer.endMessage(violation)
    endAny(writer, detail)
  }
  return writer.finish()
}

interface OpenAny {
  readonly any: number
  readonly value: number
}

function beginAny(writer: ProtoWriter, typeUrl: string): OpenAny {
  const any = writer.beginMessage(0x1a)
  writer.textField(0x0a, typeUrl)
  return { any, value: writer.beginMessage(0x12) }
}

function endAny(writer: ProtoWriter, { any, value }: OpenAny): void {
  writer.endMessage(value)
  writer.endMessage(any)
}

/** google.protobuf.Duration, to the millisecond. */
function splitDuration(durationMs: number): { seconds: number; nanos: number } {
  const wholeMs = Math.max(0, Math.round(durationMs))
  return { seconds: Math.floor(wholeMs / 1000), nanos: (wholeMs % 1000) * 1_000_000 }
}
