// A Python with the OpenTelemetry SDK: a virtual environment, made once per requirements.txt.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { cacheDir } from '../cache-dir.ts'
import { runChild } from '../stage/child-process.ts'

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
  const python = join(environment, 'bin', 'python')
  // Written last: an environment without it was left half-way. (It cannot be made elsewhere and moved: it knows its path.)
  const complete = join(environment, 'complete')
  if (existsSync(complete)) return python

  await rm(environment, { recursive: true, force: true })
  await mkdir(cacheDir, { recursive: true })
  await run(t, 'python3', ['-m', 'venv', environment])
  await run(t, python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  await writeFile(complete, '')
  return python
}

async function run(t: TestContext, command: string, args: readonly string[]): Promise<void> {
  const ran = await runChild(t, { title: `${command} ${args.join(' ')}`, command, args })
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${ran.stderr}`)
}
