import { protoText, readProtoFields } from './proto-fields.ts'
import type { RequestEncoding } from './export-request.ts'

/** What of google.rpc.Status matters to a client. */
export interface RpcStatus {
  readonly message: string
  /** From google.rpc.RetryInfo. */
  readonly retryDelayMs: number | undefined
}

/** Reads the body of an HTTP error, or `grpc-status-details-bin`; nothing is known of what cannot be read. */
export function readRpcStatus(body: Uint8Array, encoding: RequestEncoding): RpcStatus {
  return encoding === 'json' ? readJson(body) : readProtobuf(body)
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
function readProtobuf(body: Uint8Array): RpcStatus {
  let message = ''
  let retryDelayMs: number | undefined
  for (const field of readProtoFields(body) ?? []) {
    if (field.number === 2 && field.bytes !== undefined) message = protoText(field.bytes)
    if (field.number === 3 && field.bytes !== undefined) retryDelayMs ??= readRetryInfo(field.bytes)
  }
  return { message, retryDelayMs }
}

/** google.protobuf.Any, where it holds a RetryInfo. */
function readRetryInfo(any: Uint8Array): number | undefined {
  const fields = readProtoFields(any) ?? []
  const type = fields.find((field) => field.number === 1)?.bytes
  if (type === undefined || !protoText(type).endsWith('/google.rpc.RetryInfo')) return undefined
  const info = fields.find((field) => field.number === 2)?.bytes ?? new Uint8Array()
  const delay = readProtoFields(info)?.find((field) => field.number === 1)?.bytes ?? new Uint8Array()
  let delayMs = 0
  for (const { number, varint = 0n } of readProtoFields(delay) ?? []) {
    const value = Number(BigInt.asIntN(64, varint))
    if (number === 1) delayMs += value * 1000
    if (number === 2) delayMs += value / 1e6
  }
  return delayMs
}

function readJson(body: Uint8Array): RpcStatus {
  const none = { message: '', retryDelayMs: undefined }
  try {
    const status: unknown = JSON.parse(protoText(body))
    if (typeof status !== 'object' || status === null || !('message' in status)) return none
    return typeof status.message === 'string' ? { ...none, message: status.message } : none
  } catch (error) {
    if (error instanceof SyntaxError) return none // some proxy's page: the HTTP status tells enough
    throw error
  }
}
