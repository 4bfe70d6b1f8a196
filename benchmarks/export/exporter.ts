import type { Payload } from '../workload/payload-source.ts'

/** What one attempt to send a payload came to. */
export type Attempt =
  | { readonly kind: 'acknowledged'; readonly rejectedSpans: number }
  /** The server said "later", or the connection broke: the same payload is to be sent again. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** One lane on which payloads go out, one at a time. */
export interface Exporter {
  /** Never rejects. */
  send(payload: Payload): Promise<Attempt>
  close(): void
}

export interface ExporterOptions {
  readonly endpoint: URL
  readonly lanes: number
  readonly headers: ReadonlyMap<string, string>
}

/** When neither Retry-After nor RetryInfo says how long to wait. */
export const defaultRetryMs = 200

/** rejected_spans of ExportTracePartialSuccess in an ExportTraceServiceResponse; 0 on full success. */
export function readRejectedSpans(response: Uint8Array): number {
  // Field 1 of the response is the partial success, whose field 1 is the count: 0a <length> 08 <varint>.
  if (response.length < 4 || response[0] !== 0x0a || response[2] !== 0x08) return 0
  let count = 0
  for (let at = 3, scale = 1; at < response.length; at++, scale *= 128) {
    count += (response[at]! & 127) * scale
    if (response[at]! < 128) break
  }
  return count
}
