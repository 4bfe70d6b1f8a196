// The programs of the demo: each in a process group of its own, so that Ctrl-C at the terminal reaches only the demo, which
// stops them one after the other, last started first. What they say on stderr is in a log file each.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { DemoFailure } from './demo-failure.ts'
import { makePrivateFolder } from './make-private-folder.ts'

export interface ProgramOptions {
  /** In sentences, "the MCP server"; its words with hyphens are the name of the log. */
  readonly title: string
  /** A file that Node runs, and its arguments. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** From SIGTERM to SIGKILL. */
  readonly stopWithinMs?: number
}

export interface Program {
  readonly title: string
  /** Its exit code or signal, once it is gone and its output is read. */
  readonly ended: Promise<number | NodeJS.Signals>
  hasEnded(): boolean
  /** What it writes on stdout. */
  readonly lines: Interface
  /** Its first line on stdout, JSON in which it says that it is ready. Rejects when it ends before. */
  readonly ready: Promise<Record<string, unknown>>
  /** What it said last on stderr, without the JSON lines of a log. */
  lastWords(maxLines?: number): string
  stop(): Promise<void>
}

/** Of all runs; then it begins anew. */
const longestLogBytes = 1024 ** 2

const endWithParent = new URL('end-with-parent.ts', import.meta.url).href

export interface Programs extends AsyncDisposable {
  /** @throws the reason of `stopping` when that is aborted: nothing starts any more */
  start(options: ProgramOptions): Program
}

/** Disposed of, it stops all that was started. Logs go to `logDir`, which is made. */
export function openPrograms(logDir: string, stopping: AbortSignal): Programs {
  makePrivateFolder(logDir)
  const running = new AsyncDisposableStack()
  return {
    start(options) {
      stopping.throwIfAborted()
      const program = startProgram(options, logDir)
      running.defer(() => program.stop())
      return program
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function startProgram(options: ProgramOptions, logDir: string): Program {
  const { title, args, env, stopWithinMs = 15_000 } = options
  const logFile = join(logDir, `${title.replace(/^the /, '').replaceAll(' ', '-')}.log`)
  const { log, from } = openLog(logFile)
  const child = spawn(process.execPath, ['--import', endWithParent, ...args], {
    env,
    stdio: ['pipe', 'pipe', log],
    detached: true,
  }) as ChildProcessByStdio<Writable, Readable, null>
  closeSync(log)
  child.stdin.on('error', () => child.stdin.destroy()) // it closed its end
  const lines = createInterface({ input: child.stdout })
  const ended = new Promise<number | NodeJS.Signals>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done(signal ?? code ?? 1))
  })
  const lastWords = (maxLines = 12): string => readLastWords(logFile, from, maxLines)
  const ready = new Promise<string>((done, fail) => {
    lines.once('line', done)
    ended.then((how) => fail(new DemoFailure(`${title} did not start (${how}): ${lastWords()}`)), fail)
  }).then((line) => readObject(title, line))
  ready.catch(() => 'told to who waits for it')
  return {
    title,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    lines,
    ready,
    lastWords,
    async stop() {
      const deadline = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopWithinMs)
      child.kill('SIGTERM')
      await ended.finally(() => clearTimeout(deadline))
      signalGroup(child.pid, 'SIGTERM') // what it started itself and left behind: pip, a server on its stdio
    },
  }
}

/** Appended to, for a second demo on the same data directory, which will be refused, must not erase what the first says. */
function openLog(logFile: string): { log: number; from: number } {
  const log = openSync(logFile, 'a', 0o600)
  if (fstatSync(log).size > longestLogBytes) ftruncateSync(log)
  return { log, from: fstatSync(log).size }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // all of them are gone
  }
}

function readObject(title: string, line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch (cause) {
    throw new DemoFailure(`${title} should have said in JSON that it is ready, and said: ${line}`, 1, {
      cause,
    })
  }
}

function readLastWords(logFile: string, from: number, maxLines: number): string {
  const said = readFileSync(logFile)
    .subarray(from)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('{'))
  return `${said.slice(-maxLines).join('\n') || 'it said nothing'}\n(all it said is in ${logFile})`
}
