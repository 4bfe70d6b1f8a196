import type { SpoolFile } from './spool-file-name.ts'

/** What a file takes on disk at least: many small ones count for what they are. */
const diskBlockBytes = 4096

export function diskBytesOf({ byteCount }: { readonly byteCount: number }): number {
  return Math.ceil(Math.max(byteCount, 1) / diskBlockBytes) * diskBlockBytes
}

/** Of these files, oldest first, those that have to go so that `incomingBytes` more fit below `maxBytes`. */
export function chooseFilesToDrop(
  files: readonly SpoolFile[],
  incomingBytes: number,
  maxBytes: number,
): SpoolFile[] {
  let total = files.reduce((sum, file) => sum + diskBytesOf(file), diskBytesOf({ byteCount: incomingBytes }))
  const dropped: SpoolFile[] = []
  for (const file of files) {
    if (total <= maxBytes) break
    total -= diskBytesOf(file)
    dropped.push(file)
  }
  return dropped
}
