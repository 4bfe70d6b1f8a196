import type { OtlpEncoding } from '../otlp/export-response.ts'

/** The media types of the two encodings. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const mediaTypes: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** @returns the encoding that a Content-Type names, by its media type alone: in any case, whatever its parameters */
export function readEncoding(contentType: string | undefined): OtlpEncoding | undefined {
  if (contentType === undefined) return undefined
  if (contentType === mediaTypes.protobuf) return 'protobuf'
  if (contentType === mediaTypes.json) return 'json'
  const semicolon = contentType.indexOf(';')
  const mediaType = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()
  if (mediaType === mediaTypes.protobuf) return 'protobuf'
  if (mediaType === mediaTypes.json) return 'json'
  return undefined
}

export type Resource = 'traces' | 'unserved signal' | 'about' | 'unknown'

/**
 * Which resource a request target names. The query is ignored. Doubled and trailing slashes too: an endpoint set with a
 * slash at its end gives `//v1/traces`, which can mean one thing only, and 404 would make the client drop its spans.
 */
export function readResource(target: string | undefined): Resource {
  if (target === '/v1/traces') return 'traces'
  const path = (target ?? '').split('?', 1)[0]!
  switch (path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')) {
    case '/v1/traces':
      return 'traces'
    case '/v1/metrics':
    case '/v1/logs':
    case '/v1development/profiles':
      return 'unserved signal'
    case '/':
    case '':
      return 'about'
    default:
      return 'unknown'
  }
}
