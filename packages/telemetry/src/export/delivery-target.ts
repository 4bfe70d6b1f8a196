/** Where requests go, and how. */
export interface DeliveryTarget {
  readonly protocol: 'grpc' | 'http/protobuf' | 'http/json'
  /**
   * HTTP: complete, with its path. gRPC: `http://host:port` (no TLS), `https://host:port` (TLS), or a gRPC name such as
   * `host:port` or `unix:///path`, with TLS unless `tls.insecure`.
   */
  readonly url: string
  /** Asked before each request. A rejection counts as a failure that may pass: the request is kept and tried again. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
  readonly compression: 'none' | 'gzip'
  /** For one request, from the first byte sent to the last one received. */
  readonly timeoutMs: number
  /** PEM texts (not paths). `insecure` speaks gRPC without TLS where the address has no scheme. */
  readonly tls?: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly insecure?: boolean
  }
  /** For a server whose answers are not OTLP's; without it OTLP's rules hold. */
  readonly explainRefusal?: ExplainRefusal
}

/**
 * What an HTTP answer other than 2xx means.
 * @returns the reason, for counters and warnings (nothing that quotes a span), and whether the same request may be
 *   taken later (undefined: by the table of OTLP)
 */
export type ExplainRefusal = (
  status: number,
  body: Uint8Array,
) => { readonly reason: string; readonly mayPass: boolean | undefined }
