import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { ExportRequest, RequestEncoding } from './export-request.ts'

/** A gRPC server takes 4 MiB unless it is told otherwise, and so does a Collector; the rest is for what surrounds the request. */
export const maxRequestBytes = 3.5 * 1024 * 1024

export interface EncodedRequests {
  readonly requests: readonly ExportRequest[]
  /** Spans that could not be encoded at all, and why. */
  readonly failedSpans: number
  readonly error: unknown
}

/**
 * Encodes spans as one request, or as several where one would be larger than a server may take. A single span that is
 * larger is a request of its own: its server may well take it. A span that breaks the encoder costs only itself.
 */
export function encodeRequests(
  spans: readonly ReadableSpan[],
  serialize: (spans: readonly ReadableSpan[]) => Uint8Array,
  encoding: RequestEncoding,
): EncodedRequests {
  const requests: ExportRequest[] = []
  let failedSpans = 0
  let firstError: unknown
  const add = (part: readonly ReadableSpan[]): void => {
    if (part.length === 0) return
    let bytes: Uint8Array
    try {
      bytes = serialize(part)
    } catch (error) {
      firstError ??= error
      if (part.length === 1) failedSpans++
      else addInParts(part, 2)
      return
    }
    if (bytes.byteLength <= maxRequestBytes || part.length === 1)
      requests.push({ bytes: trim(bytes), spanCount: part.length, encoding })
    // Into as many parts as will probably do, not by halves: every part is encoded again.
    else addInParts(part, Math.ceil((bytes.byteLength / maxRequestBytes) * 1.1))
  }
  const addInParts = (part: readonly ReadableSpan[], count: number): void => {
    const size = Math.ceil(part.length / count)
    for (let at = 0; at < part.length; at += size) add(part.slice(at, at + size))
  }
  add(spans)
  return { requests, failedSpans, error: firstError }
}

/** An encoder may hand out a piece of a larger buffer, which would stay in memory as long as its piece does. */
function trim(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > bytes.byteLength * 1.5 ? bytes.slice() : bytes
}
