import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface HoldfastServer {
  readonly pid: number
  readonly postmasterPid: number
  readonly databaseUrl: string
  readonly queryUrl: string
  readonly otlpHttpUrl: string
  readonly otlpGrpcUrl: string
  /** Stops it as Ctrl-C would and removes its data. */
  close(): Promise<void>
}

/** What `holdfast start --json` prints. */
interface Addresses {
  readonly query_url: string
  readonly otlp_http_url: string
  readonly otlp_grpc_url: string
}

const repository = join(import.meta.dirname, '..')
const startLimitMs = 120_000
const stopLimitMs = 60_000
const keptLogLines = 20

/**
 * Starts the real server with its defaults: an embedded PostgreSQL with new data below `dataRoot`, on free ports.
 * @param settings further HOLDFAST_ variables
 */
export async function openHoldfastServer(
  dataRoot: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<HoldfastServer> {
  const dataDir = mkdtempSync(join(dataRoot, 'holdfast-bench-'))
  chmodSync(dataDir, 0o755) // PostgreSQL refuses to run as root, so the user it runs as must get through here
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('HOLDFAST_') && name !== 'DATABASE_URL',
  )
  const child = spawn(process.execPath, ['packages/server/src/cli/main.ts', 'start', '--json'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      HOLDFAST_DATA_DIR: join(dataDir, 'data'),
      HOLDFAST_PORT: '0',
      HOLDFAST_OTLP_GRPC_PORT: '0',
      HOLDFAST_OTLP_HTTP_PORT: '0',
      ...settings,
    },
  })
  const close = async (): Promise<void> => {
    await stop(child)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const ready = await waitUntilReady(child)
    const postmaster = findPostmaster(dataDir)
    return {
      pid: child.pid!,
      ...postmaster,
      queryUrl: ready.query_url,
      otlpHttpUrl: ready.otlp_http_url,
      otlpGrpcUrl: ready.otlp_grpc_url,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The addresses, printed as one line of JSON once all of them answer. Of the log only warnings and errors are shown. */
function waitUntilReady(child: ChildProcess): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    const last: string[] = []
    const fail = (reason: string): void =>
      reject(new Error(`the server ${reason}; its log ends with\n${last.join('\n')}`))
    const timer = setTimeout(() => fail(`was not ready after ${startLimitMs / 1000} s`), startLimitMs)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
    // Read to the end, so that the pipe never fills.
    createInterface({ input: child.stderr! }).on('line', (line) => {
      last.push(line)
      if (last.length > keptLogLines) last.shift()
      if (!/"level":[123]0,/.test(line)) console.error(line)
    })
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line) as Addresses)
    })
  })
}

/** postmaster.pid: the process, …, the port on line 4 and the socket's directory on line 5. */
function findPostmaster(dataDir: string): { postmasterPid: number; databaseUrl: string } {
  const file = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('postmaster.pid'),
  )
  if (file === undefined) throw new Error(`no postmaster.pid below ${dataDir}`)
  const lines = readFileSync(join(dataDir, file), 'utf8').split('\n')
  return {
    postmasterPid: Number(lines[0]),
    databaseUrl: `postgresql://holdfast@localhost:${lines[3]}/holdfast?host=${encodeURIComponent(lines[4]!)}`,
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  await exited
  clearTimeout(timer)
}

/** For a message before anything is started. */
export function isServerThere(): boolean {
  return existsSync(join(repository, 'packages/server/src/cli/main.ts'))
}
