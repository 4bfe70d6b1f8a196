import { constants, zstdCompressSync } from 'node:zlib'
import { PayloadSource } from './payload-source.ts'
import type { PayloadPool } from './payload-pool.ts'

export interface WorkloadDescription {
  readonly spansPerPayload: number
  readonly bytesPerPayload: number
  readonly bytesPerSpan: number
  readonly attributesPerSpan: number
  readonly modelCallShare: number
  readonly spansPerTrace: number
  /** Raw over compressed size, zstd level 1, payloads put together until a frame holds 128 KiB. */
  readonly zstd1Ratio: number
}

const frameBytes = 128 * 1024
const sampleBytes = 6 * 1024 * 1024

/** What the payloads are like, so that a reader can judge the figures they gave. Takes about 50 ms. */
export function describeWorkload(pool: PayloadPool): WorkloadDescription {
  const bodyBytes = pool.templates.reduce((sum, { bytes, bodyStart }) => sum + bytes.length - bodyStart, 0)
  return {
    spansPerPayload: pool.spansPerPayload,
    bytesPerPayload: Math.round(bodyBytes / pool.templates.length),
    bytesPerSpan: Math.round(bodyBytes / pool.spanCount),
    attributesPerSpan: round(pool.attributeCount / pool.spanCount),
    modelCallShare: round(pool.modelCallCount / pool.spanCount),
    spansPerTrace: round(pool.spanCount / pool.traceCount),
    zstd1Ratio: round(measureCompression(pool)),
  }
}

function measureCompression(pool: PayloadPool): number {
  const source = new PayloadSource(pool)
  let rawBytes = 0
  let compressedBytes = 0
  let frame: Buffer[] = []
  let inFrame = 0
  while (rawBytes < sampleBytes && source.taken < pool.templates.length) {
    const payload = source.take()
    const body = payload.bytes.subarray(payload.bodyStart)
    frame.push(body)
    inFrame += body.length
    if (inFrame < frameBytes) continue
    rawBytes += inFrame
    compressedBytes += zstdCompressSync(Buffer.concat(frame), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    }).length
    frame = []
    inFrame = 0
  }
  return rawBytes / compressedBytes
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
