// What a lock file says, installed once and kept: for programs whose dependencies nobody wants in the workspace.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { cacheDir } from '../cache-dir.ts'
import { runNpm } from './run-npm.ts'

/**
 * `npm ci` of the package.json and package-lock.json in `source`. Resolves with a folder that holds them and their
 * node_modules, which others use too: read only.
 */
export async function installLocked(t: TestContext, source: string): Promise<string> {
  const files = ['package.json', 'package-lock.json']
  const hash = createHash('sha256').update(process.version)
  for (const file of files) hash.update(await readFile(join(source, file)))
  const folder = join(cacheDir, `npm-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder

  // Made elsewhere and moved, so that what stands under the name is complete.
  const draft = `${folder}-${randomUUID()}`
  try {
    await mkdir(draft, { recursive: true })
    for (const file of files) await cp(join(source, file), join(draft, file))
    const installed = await runNpm(t, draft, ['ci', '--ignore-scripts'])
    if (installed.code !== 0) throw new Error(`npm ci in ${source} failed:\n${installed.stderr}`)
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another was faster
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return folder
}
