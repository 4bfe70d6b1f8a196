import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

const syncs = 200

/** One line about where the figures come from. Commits wait for the disk, so its fdatasync is measured too. */
export function describeMachine(dataRoot: string): string {
  const memoryGiB = Math.round(totalmem() / 1024 ** 3)
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    `${memoryGiB} GiB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `fdatasync ${measureSyncMicroseconds(dataRoot)} µs (median, 8 KiB appended)`,
  ].join(', ')
}

function measureSyncMicroseconds(directory: string): number {
  const file = join(directory, `holdfast-bench-sync-${process.pid}`)
  const descriptor = openSync(file, 'w')
  const block = Buffer.alloc(8192, 1)
  const took = Array.from({ length: syncs }, () => {
    writeSync(descriptor, block)
    const begin = performance.now()
    fdatasyncSync(descriptor)
    return performance.now() - begin
  })
  closeSync(descriptor)
  rmSync(file)
  return Math.round(took.sort((a, b) => a - b)[syncs / 2]! * 1000)
}
