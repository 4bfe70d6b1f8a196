import { promisify } from 'node:util'
import { zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { codecZstd } from './build-group.ts'
import type { FrameSpan } from './find-frames.ts'
import { UnreadableBody } from './unreadable-body.ts'

const codecNone = 0

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
  const options = { maxOutputLength: frame.rawBytes, chunkSize: Math.max(64, frame.rawBytes + 1) }
  try {
    return frame.rawBytes <= inPlaceBytes
      ? zstdDecompressSync(stored, options)
      : await decompressInPool(stored, options)
  } catch (error) {
    throw new UnreadableBody(frame, 'a frame does not decompress', { cause: error })
  }
}
