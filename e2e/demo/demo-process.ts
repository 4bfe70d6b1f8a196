// The demo as `make demo` starts it, in a data directory of its own, with the stand-in for a model.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startChild, type Child } from '../stage/child-process.ts'
import { holdfastEnvironment, repository, stopPostgresAtEnd } from '../stage/holdfast-process.ts'

const demoProgram = join(repository, 'examples', 'text-to-sql-agent', 'src', 'demo.ts')

export interface Demo {
  readonly child: Child
  readonly dataDir: string
  /** Resolves when what it says of Holdfast is there. */
  readonly queryUrl: Promise<string>
}

/** What the demo said of a question. */
export interface SaidQuestion {
  readonly question: string
  /** The answer, or `failed: …`. */
  readonly said: string
  readonly fingerprint: string
  readonly traceId: string
}

export function startDemo(
  t: TestContext,
  dataDir: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Demo {
  stopPostgresAtEnd(t, dataDir)
  const child = startChild(t, {
    title: `demo ${args.join(' ')}`,
    command: process.execPath,
    args: [demoProgram, ...args],
    env: {
      ...holdfastEnvironment({ dataDir }),
      ...{ OPENAI_BASE_URL: '', OPENAI_API_KEY: '', TELEMETRY_BACKEND: '', TELEMETRY_CAPTURE_CONTENT: '' },
      ...env,
    },
  })
  const queryUrl = child.waitForLine((line) => /^ *Holdfast +(http:\/\/[^,]+)/.exec(line)?.[1])
  queryUrl.catch(() => 'told to who waits')
  return { child, dataDir, queryUrl }
}

/** In the order in which they were asked. */
export function readQuestions(stdout: string): SaidQuestion[] {
  const lines = /^ *\d+ {2}(.+)\n {5}(.*)\n {5}(.*)\n {5}http:\S+\/api\/v1\/traces\/([0-9a-f]{32})$/gm
  return [...stdout.matchAll(lines)].map(([, question = '', said = '', fingerprint = '', traceId = '']) => ({
    ...{ question, said, fingerprint, traceId },
  }))
}

/** The programs that have this directory in their environment: all of a demo's, whatever their name. Linux only. */
export function findProcesses(dataDir: string): number[] {
  const found = globSync('/proc/[0-9]*/environ').filter((file) => readOfProcess(file).includes(dataDir))
  return found.map((file) => Number(file.split('/')[2])).filter((pid) => pid !== process.pid)
}

/** A file below /proc; empty for a process that has ended meanwhile, or is another user's. */
export function readOfProcess(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
