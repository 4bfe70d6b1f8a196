import type { RequestEncoding } from './export-request.ts'
import { protoText, readProtoFields } from './proto-fields.ts'

/** ExportTracePartialSuccess; nothing rejected and no message: all is well. */
export interface PartialSuccess {
  readonly rejectedSpans: number
  readonly message: string
}

const fullSuccess: PartialSuccess = { rejectedSpans: 0, message: '' }

/**
 * Reads an ExportTraceServiceResponse. The request was taken whatever the body says, so that a body that cannot be
 * read is a full success: some servers answer protobuf with JSON, or with a text.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#partial-success
 */
export function readExportResponse(body: Uint8Array, encoding: RequestEncoding): PartialSuccess {
  if (body.length === 0) return fullSuccess
  return encoding === 'json' || body[0] === 0x7b ? readJson(body) : readProtobuf(body)
}

function readProtobuf(body: Uint8Array): PartialSuccess {
  const partial = readProtoFields(body)?.find((field) => field.number === 1)?.bytes
  let { rejectedSpans, message } = fullSuccess
  for (const { number, varint, bytes } of (partial && readProtoFields(partial)) ?? []) {
    if (number === 1 && varint !== undefined) rejectedSpans = readCount(varint)
    if (number === 2 && bytes !== undefined) message = protoText(bytes)
  }
  return { rejectedSpans, message }
}

function readJson(body: Uint8Array): PartialSuccess {
  try {
    const response = JSON.parse(protoText(body)) as { partialSuccess?: unknown } | null
    const partial = response?.partialSuccess
    if (typeof partial !== 'object' || partial === null) return fullSuccess
    const { rejectedSpans = 0, errorMessage = '' } = partial as Record<string, unknown>
    return {
      rejectedSpans: readCount(rejectedSpans),
      message: typeof errorMessage === 'string' ? errorMessage : '',
    }
  } catch (error) {
    if (error instanceof SyntaxError) return fullSuccess
    throw error
  }
}

/** An int64: in JSON a text or a number. */
function readCount(value: unknown): number {
  const count = Number(value)
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}
