import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DemoFailure } from './demo-failure.ts'

/**
 * With the folders above it, for this user only. One by one: where a file system takes none, as /proc, Node's own
 * `recursive` tries for ever.
 */
export function makePrivateFolder(path: string): void {
  try {
    makeMissing(path)
  } catch (error) {
    throw new DemoFailure(
      `the folder ${path} cannot be made: ${(error as Error).message}. HOLDFAST_DATA_DIR says where data lies`,
    )
  }
}

function makeMissing(path: string): void {
  if (existsSync(path)) return
  makeMissing(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error // another demo was quicker
  }
}
