// A Python with the OpenTelemetry SDK: a virtual environment, made once per requirements.txt.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { cacheDir } from '../cache-dir.ts'
import { runChild } from '../stage/child-process.ts'
import { repository } from '../stage/holdfast-process.ts'

/** Files of tests run side by side, and ask for the same environment: one makes it, the others wait. */
const makeEnvironment = join(repository, 'packages', 'canonicalizer', 'python', 'make_environment.py')
const exporters = join(import.meta.dirname, 'requirements.txt')

/** The path of its python; undefined when this machine has no python3. `requirements` is the path of a requirements.txt. */
export async function findPython(t: TestContext, requirements = exporters): Promise<string | undefined> {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return undefined
  const hash = createHash('sha256')
    .update(version.stdout)
    .update(readFileSync(requirements))
    .digest('hex')
    .slice(0, 16)
  const environment = join(cacheDir, `venv-${hash}`)
  const made = await runChild(t, {
    title: `a Python environment with ${requirements}`,
    command: 'python3',
    args: ['-I', makeEnvironment, environment, requirements, '--without-hashes'],
  })
  if (made.code !== 0) throw new Error(`pip cannot install ${requirements}:\n${made.stderr}`)
  return join(environment, 'bin', 'python')
}
