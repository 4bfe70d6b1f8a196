import assert from 'node:assert/strict'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { runChild } from './child-process.ts'
import { repository } from './holdfast-process.ts'
import { installLocked } from './install-locked.ts'
import { packPackage } from './pack-package.ts'
import { makeTemporaryDirectory } from './temporary-directory.ts'

/** The programs of examples/<name>, with what its lock file says and our telemetry as it is packed. Resolves with their folder. */
export async function layOutExample(t: TestContext, name: string): Promise<string> {
  const example = join(repository, 'examples', name)
  const dir = await makeTemporaryDirectory(t)
  const [installed, tarball] = await Promise.all([
    installLocked(t, example),
    packPackage(t, '@holdfast/telemetry', dir),
  ])
  await symlink(join(installed, 'node_modules'), join(dir, 'node_modules'))
  const folder = join(dir, 'example')
  // Unpacked without asking npm: its peers are found further up.
  const telemetry = join(folder, 'node_modules', '@holdfast', 'telemetry')
  await mkdir(telemetry, { recursive: true })
  for (const file of await readdir(example)) {
    if (/\.[mc]js$/.test(file)) await cp(join(example, file), join(folder, file))
  }
  const unpacked = await runChild(t, {
    title: 'tar',
    command: 'tar',
    args: ['-xzf', tarball.path, '-C', telemetry, '--strip-components=1'],
  })
  assert.equal(unpacked.code, 0, unpacked.stderr)
  return folder
}
