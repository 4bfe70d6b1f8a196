/**
 * Undoes Content-Encoding. Guarantees: never more than `maxBytes` come out, every byte is reserved before the next is
 * made, and all of the input belongs to the compressed data: what follows its end is an error and not ignored.
 * Several gzip members or zstd frames in a row are one body (RFC 1952 2.2, RFC 8878 3).
 */
import {
  constants,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { ContentCoding } from './content-coding.ts'
import { rejectBusy, rejectTooLarge, type Rejection } from './rejection.ts'
import type { Reservation } from './reservation.ts'

export type Decompressed =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }

export interface DecompressLimits {
  readonly maxBytes: number
  readonly reservation: Reservation
}

/*
 * Small bodies are decompressed on the spot, larger ones on libuv's threads. Time of the main thread for one body, on
 * Node 24.21 with eight under way, in microseconds (compressed size: on the spot, on a thread):
 *   gzip  3 KB: 25, 36   24 KB: 124, 51   57 KB: 192, 81   189 KB: 938, 269
 *   zstd  3 KB: 23, 65   24 KB:  70, 49   57 KB: 113, 89   185 KB: 350, 214
 * The second bound is for what compresses so well that its size says nothing: it is begun again on a thread.
 */
const onTheSpotCompressedBytes = 8 * 1024
const onTheSpotBytes = 128 * 1024

const chunkBytes = 128 * 1024

// What a decoder holds beside its output is not in the budget: as many at once as libuv has threads, others wait.
const maxUnderWay = 4

// RFC 9659 3: no encoder may ask for more than 8 MiB of window. (The library's own limit is 128 MiB.)
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 }

interface DecompressedOnTheSpot {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

let underWay = 0
const waiting: (() => void)[] = []

/** Calls `done` once, possibly before returning. What comes out is reserved; the caller still holds the compressed bytes. */
export function decompress(
  coding: ContentCoding,
  compressed: Uint8Array,
  limits: DecompressLimits,
  done: (result: Decompressed) => void,
): void {
  if (compressed.byteLength <= onTheSpotCompressedBytes) {
    const result = decompressOnTheSpot(coding, compressed, limits)
    if (result !== undefined) return done(result)
  }
  const start = (): void => {
    underWay++
    decompressOnThread(coding, compressed, limits, (result) => {
      underWay--
      waiting.shift()?.()
      done(result)
    })
  }
  if (underWay < maxUnderWay) start()
  else waiting.push(start)
}

/** @returns undefined when more comes out than is worth blocking for, or when there are several frames */
function decompressOnTheSpot(
  coding: ContentCoding,
  compressed: Uint8Array,
  limits: DecompressLimits,
): Decompressed | undefined {
  let result: DecompressedOnTheSpot
  try {
    const options = { info: true, maxOutputLength: Math.min(onTheSpotBytes, limits.maxBytes) }
    result = runOnTheSpot(coding, compressed, options)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? undefined
      : corrupt(coding, error)
  }
  if (result.engine.bytesWritten !== compressed.byteLength) {
    return coding === 'zstd' ? undefined : trailing(coding, result.engine.bytesWritten)
  }
  if (!limits.reservation.tryGrow(result.buffer.byteLength)) return rejected(rejectBusy())
  return { kind: 'ok', bytes: result.buffer }
}

function runOnTheSpot(
  coding: ContentCoding,
  bytes: Uint8Array,
  options: { info: boolean; maxOutputLength: number },
): DecompressedOnTheSpot {
  // The types do not know what `info` makes of the result.
  if (coding === 'gzip') return gunzipSync(bytes, options) as unknown as DecompressedOnTheSpot
  if (coding === 'deflate') return inflateSync(bytes, options) as unknown as DecompressedOnTheSpot
  return zstdDecompressSync(bytes, { ...options, params: zstdParams }) as unknown as DecompressedOnTheSpot
}

function decompressOnThread(
  coding: ContentCoding,
  compressed: Uint8Array,
  limits: DecompressLimits,
  done: (result: Decompressed) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  decodeFrom(0)

  function decodeFrom(offset: number): void {
    const stream = openStream(coding)
    let ended = false
    const end = (result: Decompressed): void => {
      if (ended) return
      ended = true
      stream.destroy()
      done(result)
    }
    stream.on('data', (chunk: Buffer) => {
      if (ended) return
      bytes += chunk.byteLength
      if (bytes > limits.maxBytes) end(rejected(rejectTooLarge('the decompressed body', limits.maxBytes)))
      else if (!limits.reservation.tryGrow(chunk.byteLength)) end(rejected(rejectBusy()))
      else chunks.push(chunk)
    })
    stream.on('error', (error) => end(corrupt(coding, error)))
    stream.on('end', () => {
      if (ended) return
      const consumed = offset + stream.bytesWritten
      if (consumed === compressed.byteLength) {
        return end({ kind: 'ok', bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes) })
      }
      // node:zlib stops after the first zstd frame and says nothing of the rest. (gzip members it reads to the end.)
      if (coding !== 'zstd' || stream.bytesWritten === 0) return end(trailing(coding, consumed))
      ended = true
      stream.destroy()
      decodeFrom(consumed)
    })
    stream.end(offset === 0 ? compressed : compressed.subarray(offset))
  }
}

function openStream(coding: ContentCoding) {
  if (coding === 'gzip') return createGunzip({ chunkSize: chunkBytes })
  if (coding === 'deflate') return createInflate({ chunkSize: chunkBytes })
  return createZstdDecompress({ chunkSize: chunkBytes, params: zstdParams })
}

function corrupt(coding: ContentCoding, error: unknown): Decompressed {
  const reason = error instanceof Error ? error.message : String(error)
  return rejected({ code: 'corrupt_compression', message: `the body is not valid ${coding}: ${reason}` })
}

function trailing(coding: ContentCoding, consumed: number): Decompressed {
  const message = `the body is not valid ${coding}: other bytes follow its end at byte ${consumed}`
  return rejected({ code: 'corrupt_compression', message })
}

function rejected(rejection: Rejection): Decompressed {
  return { kind: 'rejected', rejection }
}
