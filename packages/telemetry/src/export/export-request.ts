/** One export request, encoded: what is sent, kept and spooled. */
export interface ExportRequest {
  readonly bytes: Uint8Array
  readonly spanCount: number
  readonly encoding: RequestEncoding
}

export type RequestEncoding = 'protobuf' | 'json'
