// Where and how OTLP is sent: OTEL_EXPORTER_OTLP_*, by the rules of the specification (opentelemetry.io,
// "OpenTelemetry Protocol Exporter").

/** A complete OTLP target. */
export interface OtlpSettings {
  readonly protocol: 'grpc' | 'http/protobuf' | 'http/json'
  /** For HTTP with its path; for gRPC scheme, host and port. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly compression: 'none' | 'gzip'
  readonly timeoutMs: number
  /** PEM texts are read from files once, at the start. `insecure`: gRPC without TLS. */
  readonly tls: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly insecure?: boolean
  }
}
