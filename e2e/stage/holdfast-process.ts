// The program under test, started the way `make run` starts it.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { atEnd } from './at-end.ts'
import { runChild, startChild, type Child, type Exit } from './child-process.ts'
import { waitUntil } from './wait-until.ts'

export const repository = resolve(import.meta.dirname, '..', '..')
const main = join(repository, 'packages', 'server', 'src', 'cli', 'main.ts')

/** Either a folder for the embedded PostgreSQL, or the address of another one. */
export type Database = { readonly dataDir: string } | { readonly url: string }

export interface Addresses {
  readonly queryUrl: string
  readonly otlpHttpUrl: string
  /** host:port */
  readonly otlpGrpc: string
}

export interface Holdfast extends Addresses {
  readonly child: Child
  /** kill -9; resolves when the process is gone. Its embedded PostgreSQL goes on, as after any kill -9. */
  crash(): Promise<void>
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<Exit>
}

/** Settings for a server beside others: ports that are free, and the given database. */
export function holdfastEnvironment(database: Database): Record<string, string> {
  return {
    HOLDFAST_PORT: '0',
    HOLDFAST_OTLP_GRPC_PORT: '0',
    HOLDFAST_OTLP_HTTP_PORT: '0',
    ...('url' in database ? { DATABASE_URL: database.url } : { HOLDFAST_DATA_DIR: database.dataDir }),
  }
}

/** `holdfast start`; resolves when it says that it is ready, rejects when it ends before that. */
export async function startHoldfast(
  t: TestContext,
  database: Database,
  env: Readonly<Record<string, string>> = {},
): Promise<Holdfast> {
  if ('dataDir' in database) stopPostgresAtEnd(t, database.dataDir)
  const child = startChild(t, {
    title: 'holdfast start',
    command: process.execPath,
    args: [main, 'start', '--json'],
    env: { ...holdfastEnvironment(database), ...env },
  })
  return { ...(await waitForReady(child)), child, crash: () => crash(child), stop: () => stop(child) }
}

/** Waits for the line in which `start --json` says where everything is. */
export function waitForReady(child: Child): Promise<Addresses> {
  return child.waitForLine((line) => {
    if (!line.startsWith('{') || !line.includes('"query_url"')) return undefined
    const said = JSON.parse(line) as { query_url: string; otlp_http_url: string; otlp_grpc_url: string }
    return {
      queryUrl: said.query_url,
      otlpHttpUrl: said.otlp_http_url,
      otlpGrpc: new URL(said.otlp_grpc_url).host,
    }
  })
}

/** Any other command, run to its end. */
export function runHoldfast(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof runChild> {
  return runChild(t, {
    title: `holdfast ${args.join(' ')}`,
    command: process.execPath,
    args: [main, ...args],
    env,
  })
}

/** The pid of the embedded PostgreSQL of a data folder; undefined when none is running. */
export async function findPostmaster(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return pid > 0 && isRunning(pid) ? pid : undefined
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function crash(child: Child): Promise<void> {
  child.kill('SIGKILL')
  await child.exited
}

function stop(child: Child): Promise<Exit> {
  child.kill('SIGTERM')
  return child.exited
}

/** A crashed Holdfast leaves its PostgreSQL running; the test must not. */
export function stopPostgresAtEnd(t: TestContext, dataDir: string): void {
  atEnd(t, async () => {
    const pid = await findPostmaster(dataDir)
    if (pid === undefined) return
    process.kill(pid, 'SIGQUIT')
    await waitUntil(() => !isRunning(pid))
  })
}
