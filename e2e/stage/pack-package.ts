// Our packages as people get them.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { repository } from './holdfast-process.ts'
import { runNpm } from './run-npm.ts'

export interface Tarball {
  readonly path: string
  /** Paths within the package, with their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>
}

/** `npm pack`, which builds first, into `dir`. */
export async function packPackage(t: TestContext, name: string, dir: string): Promise<Tarball> {
  const args = ['pack', '--json', `--workspace=${name}`, `--pack-destination=${dir}`]
  const packed = await runNpm(t, repository, args)
  assert.equal(packed.code, 0, packed.stderr)
  const json = JSON.parse(packed.stdout.slice(packed.stdout.search(/^[[{]/m))) as
    PackedFile[] | Record<string, PackedFile>
  const [tarball] = Object.values(json)
  assert.ok(tarball)
  return {
    path: join(dir, tarball.filename),
    files: new Map(tarball.files.map(({ path, size }) => [path, size])),
  }
}

/** npm gives a list, or by name of the package in newer versions; what prepack says may stand before it. */
interface PackedFile {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
}
