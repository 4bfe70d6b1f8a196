import { promisify } from 'node:util'
import { zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { codecNone, codecZstd } from './build-group.ts'
import type { FrameSpan } from './find-frames.ts'
import { UnreadableBody } from './unreadable-body.ts'

// Below this the thread pool's round trip costs more than the work.
const inPlaceBytes = 16 * 1024

const decompressInPool = promisify(zstdDecompress)

/** @throws UnreadableBody unless the outcome has the length that was written; it never holds more than that */
export async function decompressFrame(frame: FrameSpan, stored: Uint8Array): Promise<Uint8Array> {
  const bytes = frame.codec === codecNone ? stored : await decompress(frame, stored)
  if (bytes.byteLength !== frame.rawBytes) {
    throw new UnreadableBody(frame, `a frame has ${bytes.byteLength} bytes instead of ${frame.rawBytes}`)
  }
  return bytes
}

async function decompress(frame: FrameSpan, stored: Uint8Array): Promise<Uint8Array> {
  if (frame.codec !== codecZstd) throw new UnreadableBody(frame, `codec ${frame.codec} is unknown`)
  const options = decompressionOptions(frame.rawBytes)
  try {
    return frame.rawBytes <= inPlaceBytes
      ? zstdDecompressSync(stored, options)
      : await decompressInPool(stored, options)
  } catch (error) {
    throw new UnreadableBody(frame, 'a frame does not decompress', { cause: error })
  }
}

/**
 * Never more output than was written. Node's zlib collects it in chunks of 16 KiB unless it is told how much is coming: on
 * frames of 400 KiB that was a third of a persist thread's time, most of it garbage collection.
 */
export function decompressionOptions(rawBytes: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(1, rawBytes), chunkSize: Math.max(64, rawBytes + 1) }
}
