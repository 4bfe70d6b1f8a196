import { ProtoWriter } from './proto-writer.ts'
import { shrinkToFit } from './shrink-message.ts'

export type OtlpEncoding = 'protobuf' | 'json'

/**
 * ExportTraceServiceResponse (OTLP specification, "OTLP/HTTP Response"): without a partial_success when all went well,
 * which is zero bytes or `{}`; a message with no rejected spans is a warning. The message is cut where the response
 * would exceed 4 MiB.
 */
export function encodeExportResponse(
  encoding: OtlpEncoding,
  rejectedSpans: number,
  message: string,
): Uint8Array {
  if (rejectedSpans === 0 && message === '') return new TextEncoder().encode(encoding === 'json' ? '{}' : '')
  return shrinkToFit(message, (errorMessage) =>
    encoding === 'json'
      ? new TextEncoder().encode(
          JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } }),
        )
      : encodeProtobuf(rejectedSpans, errorMessage),
  )
}

function encodeProtobuf(rejectedSpans: number, errorMessage: string): Uint8Array {
  const writer = new ProtoWriter()
  const partialSuccess = writer.beginMessage(0x0a)
  if (rejectedSpans > 0) {
    writer.varint(0x08)
    writer.varint(rejectedSpans)
  }
  if (errorMessage !== '') writer.textField(0x12, errorMessage)
  writer.endMessage(partialSuccess)
  return writer.finish()
}
