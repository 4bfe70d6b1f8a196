// One run of the `postgres` program: started as a child, its log read into ours, stopped by signal.
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'
import { exitOf, spawnForCluster, type Cluster } from './cluster.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import { embeddedRole } from './init-cluster.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

export interface PostmasterOptions {
  readonly binaries: PostgresBinaries
  readonly cluster: Cluster
  /** Holds the socket; nothing listens on TCP. PGDATA itself is allowed. */
  readonly socketDir: string
  /** These win over every file in the data directory. */
  readonly settings?: Readonly<Record<string, string>>
  /** Ends a start that is under way, such as a long recovery; the start then rejects. */
  readonly signal?: AbortSignal
  readonly log: Log
}

export interface Postmaster {
  readonly pid: number
  /** Resolves once the process is gone, however that came about; never rejects. */
  readonly exited: Promise<string>
  /** Fast shutdown: cuts the connections, writes a checkpoint. Resolves when the process is gone. */
  stop(): Promise<void>
}

/** The port only names the socket file: `.s.PGSQL.5432`. */
export const socketPort = 5432

const keptLogLines = 20
const longStartMs = 5_000

/** How to connect to the embedded server whose socket is in `socketDir`. */
export function embeddedConnection(socketDir: string, database: string = embeddedRole): pg.ClientConfig {
  return { host: socketDir, port: socketPort, user: embeddedRole, database, ssl: false }
}

/** Starts PostgreSQL and resolves when it accepts connections, after crash recovery if there was a crash. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { binaries, cluster, log } = options
  const child = spawnForCluster(cluster, binaries.postgres, (dataPath) => {
    const socketDir = options.socketDir === cluster.dir ? dataPath : options.socketDir
    const settings = {
      ...options.settings,
      listen_addresses: '',
      port: String(socketPort),
      unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`, // a list: quoted, it is one entry
    }
    return [
      '-D',
      dataPath,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
  })
  const lastLines = readLog(child, log)
  const exited = exitOf(child)
  const abandon = (): void => void child.kill('SIGINT')
  options.signal?.addEventListener('abort', abandon)
  try {
    await waitUntilReady(options, exited, lastLines)
  } finally {
    options.signal?.removeEventListener('abort', abandon)
  }
  return {
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      child.kill('SIGINT')
      await exited
    },
  }
}

function readLog(child: ChildProcess, log: Log): readonly string[] {
  const lines: string[] = []
  if (child.stderr === null) return lines
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > keptLogLines) lines.shift()
    log[levelOf(line)]({ postgres: line }, 'postgres')
  })
  return lines
}

function levelOf(line: string): 'error' | 'warn' | 'debug' {
  if (line.startsWith('PANIC:')) return 'error'
  // What those hear who knock while it starts or stops, we among them.
  if (/^FATAL: +the database system is /.test(line)) return 'debug'
  return /^(FATAL|ERROR|WARNING):/.test(line) ? 'warn' : 'debug'
}

async function waitUntilReady(
  options: PostmasterOptions,
  exited: Promise<string>,
  lastLines: readonly string[],
): Promise<void> {
  let exit: string | undefined
  void exited.then((how) => (exit = how))
  const startedAt = performance.now()
  let saidSo = false
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 200)) {
    if (exit !== undefined) throw explainExit(options, exit, lastLines)
    if (await accepts(options.socketDir)) return
    if (!saidSo && performance.now() - startedAt > longStartMs) {
      saidSo = true
      options.log.info('PostgreSQL is still starting; after a crash it replays its write-ahead log first')
    }
    await delay(pauseMs)
  }
}

async function accepts(socketDir: string): Promise<boolean> {
  const client = new pg.Client(embeddedConnection(socketDir, 'postgres'))
  client.on('error', () => undefined) // the server went away again: the next attempt tells
  try {
    await client.connect()
  } catch {
    return false // not there yet, or "the database system is starting up"
  }
  await client.end()
  return true
}

function explainExit(
  options: PostmasterOptions,
  exit: string,
  lastLines: readonly string[],
): EmbeddedServerError {
  const said = lastLines.join('\n')
  if (said.includes('No space left on device')) {
    return new EmbeddedServerError(
      'no_space',
      `PostgreSQL cannot start: no space left on the disk of ${options.cluster.dir}. Nothing is lost; free some and start again`,
    )
  }
  return new EmbeddedServerError(
    'start_failed',
    `PostgreSQL in ${options.cluster.dir} did not start (${exit}):\n${said}`,
  )
}
