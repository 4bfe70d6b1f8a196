// Makes the Python environment that spaCy runs in. One command, some 15 seconds, 350 MB; once a machine and release.
import { spawn } from 'node:child_process'
import { environmentDir, pythonOf } from './find-python.ts'
import { findWorkerFile } from './worker-files.ts'

/** spaCy 3.8.18 has wheels from here on. */
const oldestPython = [3, 10] as const

export interface InstallOptions {
  /** The Python to make it with; by default `$PYTHON`, else the first good one of the PATH. */
  readonly python?: string
  /** Where; by default in the cache folder, by the hash of what is installed. */
  readonly folder?: string
  /** The path of a requirements.txt with hashes; by default this package's. */
  readonly requirements?: string
}

/** Resolves with the path of its Python, also when it was made before. Rejects with an Error that says what to do. */
export async function installSpacy(options: InstallOptions = {}): Promise<string> {
  const folder = options.folder ?? environmentDir()
  const named = options.python ?? process.env['PYTHON']
  const python = named || (await findBasePython())
  if (python === undefined) {
    throw new Error(
      `there is no Python ${oldestPython.join('.')} or newer with venv on the PATH: install one, or name it in PYTHON`,
    )
  }
  await ensureGood(python)
  const made = await run(python, [
    '-I',
    findWorkerFile('make_environment.py'),
    folder,
    options.requirements ?? findWorkerFile('requirements.txt'),
  ])
  if (made.code !== 0) throw new Error(`spaCy cannot be installed with ${python}: ${made.output.trim()}`)
  return pythonOf(folder)
}

/** Rejects where `findBasePython` would not have chosen it; pip would say no more than "no matching distribution". */
async function ensureGood(python: string): Promise<void> {
  const { code, output } = await run(python, checkPython)
  if (code === 0) return
  const why =
    code === 1 && output === '' ? `it is older than Python ${oldestPython.join('.')}` : output.trim()
  throw new Error(`spaCy cannot be installed with ${python}: ${why}`)
}

/** Ends with 0 when it is new enough and can make environments. */
const checkPython = [
  '-I',
  '-c',
  `import sys, venv, ensurepip; sys.exit(sys.version_info < (${oldestPython.join(', ')}))`,
]

/** The first Python of the PATH that is new enough and can make environments; undefined when there is none. */
export async function findBasePython(): Promise<string | undefined> {
  for (const name of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    if ((await run(name, checkPython)).code === 0) return name
  }
  return undefined
}

/** `code` is undefined when the program cannot be started; `output` is the end of what it said on stderr. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ code: number | undefined; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-4_096)
    })
    child.once('error', (error) => resolve({ code: undefined, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
