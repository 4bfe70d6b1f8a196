/** One export request, as the door hands it to the appender. */
export interface IncomingPayload {
  /** Protobuf ExportTraceServiceRequest, validated. */
  readonly bytes: Uint8Array
  readonly spanCount: number
  /** traceIdHash of each distinct trace id. */
  readonly traceHashes: readonly number[]
}
