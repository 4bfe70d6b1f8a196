import { createHash } from 'node:crypto'
import type { ExportRequest, RequestEncoding } from './export-request.ts'

/** What the name of a spooled request tells, so that nobody has to open it to know. */
export interface SpoolFile {
  readonly name: string
  readonly spanCount: number
  readonly byteCount: number
  readonly checksum: string
  readonly encoding: RequestEncoding
  /** Set aside: its content is not what its name says. */
  readonly isDamaged: boolean
}

const pattern = /^\d{15}-[0-9a-f]{8}-\d{6}-(\d{1,9})-(\d{1,12})-([0-9a-f]{16})\.(pb|json)(\.damaged)?$/
const temporaryPattern = /^\d{15}-[0-9a-f]{8}-.*\.tmp$/

/**
 * `<when, ms>-<writer>-<sequence>-<spans>-<bytes>-<checksum>.pb`: by name is by age, no two writers (processes, threads)
 * can meet, and the file holds the request and nothing else.
 */
export function nameSpoolFile(
  request: ExportRequest,
  writer: string,
  sequence: number,
  nowUnixMs: number,
): string {
  const when = String(Math.max(0, Math.floor(nowUnixMs))).padStart(15, '0')
  const order = String(sequence % 1_000_000).padStart(6, '0')
  const extension = request.encoding === 'json' ? 'json' : 'pb'
  const { spanCount, bytes } = request
  return `${when}-${writer}-${order}-${spanCount}-${bytes.byteLength}-${checksumOf(bytes)}.${extension}`
}

/** Tells whoever finds the folder what it is for. */
export const destinationFile = 'destination'

/** undefined for what is no spooled request. */
export function parseSpoolFileName(name: string): SpoolFile | undefined {
  const [, spanCount, byteCount, checksum, extension, damaged] = pattern.exec(name) ?? []
  if (checksum === undefined) return undefined
  return {
    name,
    spanCount: Number(spanCount),
    byteCount: Number(byteCount),
    checksum,
    encoding: extension === 'json' ? 'json' : 'protobuf',
    isDamaged: damaged !== undefined,
  }
}

/** A file that was not finished: its writer was killed, or is at it. */
export function isTemporaryName(name: string): boolean {
  return temporaryPattern.test(name)
}

/** Against torn and damaged files, not against anybody's intent. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
