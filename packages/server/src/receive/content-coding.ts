/** What a request body can be compressed with. RFC 9110 8.4.1; zstd is RFC 8878 and 9659. OTLP itself demands gzip only. */
export type ContentCoding = 'gzip' | 'deflate' | 'zstd'

export const supportedCodings = 'gzip, deflate, zstd'

/**
 * Reads Content-Encoding, or gRPC's grpc-encoding.
 * @param header its value, in any case; several headers joined by commas, as node:http does
 * @returns 'identity' for nothing to do; undefined for a coding that is not supported, and for more than one of them:
 *   undoing gzip twice is how a bomb gets a million to one
 */
export function readContentCoding(header: string | undefined): ContentCoding | 'identity' | undefined {
  if (header === undefined || header === 'identity') return 'identity'
  if (header === 'gzip') return 'gzip'
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > 1) return undefined
  switch (names[0]) {
    case undefined:
      return 'identity'
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    case 'deflate':
    case 'zlib': // the Collector's name for it
      return 'deflate'
    case 'zstd':
      return 'zstd'
    default:
      return undefined
  }
}
