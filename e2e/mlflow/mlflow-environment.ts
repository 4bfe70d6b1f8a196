// A Python with MLflow: a virtual environment, made once per requirements.txt. `mlflow-skinny` and what its server
// imports is 355 MB and 30 s to install, `mlflow` 850 MB and 80 s; the web page is missing, the REST API is the same.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { cacheDir } from '../cache-dir.ts'
import { runChild } from '../stage/child-process.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')

/** The path of its `mlflow`. @throws when this machine has no python3 (3.11 or newer), or MLflow cannot be installed */
export async function findMlflow(t: TestContext): Promise<string> {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) throw new Error('the tests against MLflow need python3 on PATH (3.11 or newer)')
  const hash = createHash('sha256')
    .update(version.stdout)
    .update(readFileSync(requirements))
    .digest('hex')
    .slice(0, 16)
  const environment = join(cacheDir, `mlflow-${hash}`)
  const mlflow = join(environment, 'bin', 'mlflow')
  // Written last: an environment without it was left half-way. (It cannot be made elsewhere and moved: it knows its path.)
  const complete = join(environment, 'complete')
  if (existsSync(complete)) return mlflow

  await rm(environment, { recursive: true, force: true })
  await mkdir(cacheDir, { recursive: true })
  await run(t, 'python3', ['-m', 'venv', environment])
  const python = join(environment, 'bin', 'python')
  await run(t, python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  await writeFile(complete, '')
  return mlflow
}

async function run(t: TestContext, command: string, args: readonly string[]): Promise<void> {
  const ran = await runChild(t, { title: `${command} ${args.join(' ')}`, command, args })
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${ran.stderr}`)
}
