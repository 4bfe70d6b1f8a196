// A process under test: its output is kept, shown when the test fails, and nothing of it outlives the test.
import { spawn, type ChildProcess } from 'node:child_process'
import type { TestContext } from 'node:test'
import { atEnd } from './at-end.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  hasExited(): boolean
  stdout(): string
  stderr(): string
  /** Resolves with the first line, of either stream, that `pick` makes something of; rejects when the process ends first. */
  waitForLine<T>(pick: (line: string) => T | undefined): Promise<T>
  kill(signal: NodeJS.Signals): void
  /** To the whole process group, as Ctrl-C at a terminal does. */
  killGroup(signal: NodeJS.Signals): void
}

export interface ChildOptions {
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

/** Settings that somebody left in the environment, and what npm, make and the test runner tell their own children. */
const notPassedOn =
  /^(HOLDFAST_|OTEL_|PG|DATABASE_URL$|NODE_(?!EXTRA_CA_CERTS)|npm_(?!config_)|npm_config_local_prefix|MAKE)/

function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !notPassedOn.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}

export function startChild(t: TestContext, options: ChildOptions): Child {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...options.user,
  })
  const output = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  const read = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
    output[stream] += chunk.toString()
    for (const look of watchers) look()
  }
  child.stdout.on('data', read('stdout'))
  child.stderr.on('data', read('stderr'))
  let exit: Exit | undefined
  const exited = new Promise<Exit>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => {
      exit = { code, signal }
      done(exit)
      for (const look of watchers) look()
    })
  })
  exited.catch((error: unknown) => t.diagnostic(`${options.title}: ${String(error)}`))
  atEnd(t, async () => {
    if (exit === undefined) signalGroup(child, 'SIGKILL')
    await exited.catch(() => 'told above')
    if (!hasPassed(t))
      console.error(`\n── ${options.title} said:\n${tail(output.stdout)}${tail(output.stderr)}`)
  })

  return {
    pid: child.pid ?? 0,
    exited,
    hasExited: () => exit !== undefined,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitForLine: (pick) =>
      new Promise((done, fail) => {
        const look = (): void => {
          for (const line of `${output.stdout}\n${output.stderr}`.split('\n')) {
            const found = pick(line)
            if (found === undefined) continue
            watchers.delete(look)
            done(found)
            return
          }
          if (exit === undefined) return
          watchers.delete(look)
          fail(new Error(`${options.title} ended (${exit.signal ?? exit.code}):\n${tail(output.stderr)}`))
        }
        watchers.add(look)
        look()
      }),
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => signalGroup(child, signal),
  }
}

/** Runs a program to its end. */
export async function runChild(
  t: TestContext,
  options: ChildOptions,
): Promise<Exit & { stdout: string; stderr: string }> {
  const child = startChild(t, options)
  const exit = await child.exited
  return { ...exit, stdout: child.stdout(), stderr: child.stderr() }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // gone already
  }
}

function tail(text: string): string {
  return text.split('\n').slice(-80).join('\n')
}

/** Node's `context.passed`, which its types do not have yet. */
function hasPassed(t: TestContext): boolean {
  return (t as TestContext & { readonly passed: boolean }).passed
}
