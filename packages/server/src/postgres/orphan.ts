// A postmaster that outlived the Holdfast that had started it (kill -9). It is stopped and not adopted: a fast shutdown
// takes a fraction of a second, and a server that we start is our child, whose end we hear of, with today's settings.
import { execFile } from 'node:child_process'
import { readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Log } from '../log.ts'
import { socketPort } from './postmaster.ts'

/** A shutdown checkpoint writes at most shared_buffers; after this it is left to crash recovery. */
const fastShutdownMs = 60_000

/**
 * Stops what runs on a data directory, and removes lock files that name a process which is something else: PostgreSQL would
 * take any process of its user with that pid for a server, even a zombie. The caller holds the directory's lock.
 */
export async function stopOrphan(clusterDir: string, log: Log): Promise<void> {
  const pid = await readPid(join(clusterDir, 'postmaster.pid'))
  if (pid === undefined) return
  if (await isPostmasterOf(pid, clusterDir)) await stopPostmaster(pid, clusterDir, log)
  else log.info('PostgreSQL was not shut down the last time; it will recover')
  for (const name of ['postmaster.pid', `.s.PGSQL.${socketPort}.lock`]) {
    const file = join(clusterDir, name)
    const holder = await readPid(file)
    if (holder !== undefined && isInProcessTable(holder)) await rm(file, { force: true })
  }
}

async function stopPostmaster(pid: number, clusterDir: string, log: Log): Promise<void> {
  log.info({ pid }, 'stopping the PostgreSQL that a killed Holdfast left running')
  process.kill(pid, 'SIGINT')
  const giveUpAt = performance.now() + fastShutdownMs
  let immediate = false
  while (await isPostmasterOf(pid, clusterDir)) {
    if (!immediate && performance.now() > giveUpAt) {
      immediate = true
      log.warn(
        { pid },
        'the fast shutdown takes too long; PostgreSQL is stopped at once and recovers at the next start',
      )
      process.kill(pid, 'SIGQUIT')
    }
    await delay(20)
  }
}

/** Whether a process is a PostgreSQL server on this directory; a zombie is not. */
export async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }))
    return stdout.includes('postgres') && stdout.includes(clusterDir)
  }
  try {
    // A server's working directory is its data directory.
    const [cwd, name] = await Promise.all([
      readlink(`/proc/${pid}/cwd`),
      readFile(`/proc/${pid}/comm`, 'utf8'),
    ])
    return cwd === clusterDir && name.trim() === 'postgres'
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) return false
    throw error
  }
}

async function readPid(pidFile: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0])
    return pid > 0 ? pid : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isInProcessTable(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // another user's
  }
}
