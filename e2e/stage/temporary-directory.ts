import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { atEnd } from './at-end.ts'

/** A folder of the test's own, with a space in its path, for a path is where spaces hurt. Gone when the test ends. */
export async function makeTemporaryDirectory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast e2e '))
  atEnd(t, () => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  return dir
}
