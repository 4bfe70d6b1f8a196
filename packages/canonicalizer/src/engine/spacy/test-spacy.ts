// What the tests of this room stand on: the real spaCy, installed once a machine, and processes that misbehave.
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { findBasePython, installSpacy } from './install-spacy.ts'
import { openSpacyEngine } from './open-spacy-engine.ts'
import type { SpacyEngine } from './spacy-engine.ts'
import type { SpacyLimits, SpacyOptions } from './spacy-options.ts'

/** The Python of an environment with spaCy, made on first use; undefined, and said so, where there is no Python. */
export async function findTestPython(): Promise<string | undefined> {
  if ((await findBasePython()) !== undefined) return installSpacy()
  console.error('\n!!! SKIPPED: the tests of spaCy need Python 3.10 or newer, with venv. !!!\n')
  return undefined
}

export async function openTestEngine(t: TestContext, options: SpacyOptions): Promise<SpacyEngine> {
  const engine = await openSpacyEngine(options)
  t.after(() => engine.close())
  return engine
}

/** Short waits, for processes that are known to hang. */
export const impatient: Partial<SpacyLimits> = {
  hungAfterMs: 1_500,
  firstBackoffMs: 1,
  maxBackoffMs: 20,
  stopGraceMs: 200,
}

/** A "Python" that is bad-worker.fixture.ts in this mode: it takes spaCy's place and misbehaves. */
export async function makeBadPython(t: TestContext, mode: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast spacy '))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'python')
  const worker = join(import.meta.dirname, 'bad-worker.fixture.ts')
  await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${worker}" ${mode} "${folder}"\n`)
  await chmod(path, 0o755)
  return path
}

/** Whether this process runs. One that has ended and whose parent has not looked yet does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** Unbounded: the test's own timeout is the only clock. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5)
}
