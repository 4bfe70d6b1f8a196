// Which Python: the caller's, else that of $SPACY_PYTHON, else the environment that `install-spacy` made.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../nlp-engine.ts'
import { findWorkerFile } from './worker-files.ts'

/** What to do when there is no spaCy, for people. */
export const installAdvice =
  'run `npx holdfast-canonicalizer install-spacy` (it needs Python 3.10 or newer), or name a Python that has spaCy and its model in SPACY_PYTHON'

/** Where the environment is or will be: by the hash of all that is installed, so a new release makes a new one. */
export function environmentDir(): string {
  const hash = createHash('sha256')
    .update(readFileSync(findWorkerFile('requirements.txt')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex')
    .slice(0, 16)
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(caches, 'holdfast', `spacy-${hash}`)
}

/** The Python of an environment. */
export function pythonOf(environment: string): string {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python')
}

/** The Python to run spaCy with, or undefined when nobody named one and none was installed. */
export function findSpacyPython(): string | undefined {
  const named = process.env['SPACY_PYTHON']
  if (named) return named
  const environment = environmentDir()
  return existsSync(join(environment, 'complete')) ? pythonOf(environment) : undefined
}

/** The same, but it throws an EngineError (`ENGINE_GONE`) that says what to do when there is none. */
export function needSpacyPython(): string {
  const python = findSpacyPython()
  if (python === undefined) throw new EngineError('ENGINE_GONE', `spaCy is not installed: ${installAdvice}`)
  return python
}

/** What Python and its libraries read; on Windows without SystemRoot no program has random numbers. */
const needed = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LD_LIBRARY_PATH',
]
const neededByWindows = ['SystemRoot', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'PATHEXT', 'COMSPEC']

/** The variables that spaCy's process is given: not the database's address and not the key of a model. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const names = process.platform === 'win32' ? [...needed, ...neededByWindows] : needed
  return Object.fromEntries(names.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])))
}
