export interface GrpcAddress {
  /** As the gRPC library wants it. */
  readonly address: string
  readonly isTls: boolean
  readonly isLoopback: boolean
}

/**
 * Reads an OTLP/gRPC endpoint: `http://host:port` without TLS, `https://host:port` with it, anything else is a gRPC name
 * (`host:port`, `unix:///path`, `dns:///host:port`) with TLS unless `isInsecure`.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options
 */
export function grpcAddress(url: string, isInsecure: boolean): GrpcAddress {
  const scheme = /^(https?):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return { address: url, isTls: !isInsecure, isLoopback: isLoopbackName(url) }
  const { hostname, port } = new URL(url)
  const address = `${hostname}:${port || (scheme === 'https' ? 443 : 80)}`
  return { address, isTls: scheme === 'https', isLoopback: isLoopbackName(address) }
}

/** A proxy of the environment's is no way to reach the machine itself. */
function isLoopbackName(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$|^unix:/i.test(address)
}
