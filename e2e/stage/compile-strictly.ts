import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { runChild } from './child-process.ts'
import { repository } from './holdfast-process.ts'

const strictest = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: 'es2022',
  module: 'nodenext',
}

/** Compiles `file` in `folder` as strictly as anyone may, with compiler options of the caller's besides; fails with what tsc says. */
export async function compileStrictly(
  t: TestContext,
  folder: string,
  file: string,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const config = { compilerOptions: { ...strictest, ...options }, files: [file] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiled = await runChild(t, {
    title: `tsc ${file}`,
    command: process.execPath,
    args: [join(repository, 'node_modules', 'typescript', 'bin', 'tsc'), '--project', folder],
    cwd: folder,
  })
  assert.equal(compiled.code, 0, compiled.stdout)
}
