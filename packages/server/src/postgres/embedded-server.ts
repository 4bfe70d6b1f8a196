// The embedded PostgreSQL: what `holdfast start` runs on when there is no DATABASE_URL.
//
// Guarantees: one Holdfast at a time on one data directory; everything committed is on disk; a server that dies is started
// again while pools reconnect; closing shuts it down cleanly, and the next start cleans up after a Holdfast that could not
// close. Refuses data that another user owns, another Holdfast holds, or another major version made. Works for root and for
// ordinary users, whatever npm left undone, from any path.
import { chown, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Log } from '../log.ts'
import type { Cluster } from './cluster.ts'
import { locateCluster, makeCluster, openDataDirectory } from './data-directory.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import { embeddedSettings, formatSettings } from './embedded-settings.ts'
import { embeddedRole } from './init-cluster.ts'
import { acquireInstanceLock } from './instance-lock.ts'
import { stopOrphan } from './orphan.ts'
import { pause } from './pause.ts'
import type { DatabaseTarget } from './pool.ts'
import { findBinaries } from './postgres-binaries.ts'
import { embeddedConnection, startPostmaster, type Postmaster } from './postmaster.ts'
import { openSocketDirectory } from './socket-directory.ts'
import { supervise } from './supervise.ts'

export interface EmbeddedServer {
  readonly target: DatabaseTarget
  /** Shuts PostgreSQL down and waits for it. Idempotent. */
  close(): Promise<void>
}

/** Root's copy of the binaries, for a PostgreSQL user who cannot enter the folder they were installed in. */
const copyDirOfRoot = '/var/lib/holdfast/binaries'

/** Backends of a killed postmaster hold its shared memory until they notice, in the middle of a statement for a while. */
const oldBackendsLeaveMs = 30_000

/**
 * Starts PostgreSQL on `dataDir`, which is created on the first start, and resolves when it accepts connections. Rejects
 * with an EmbeddedServerError whose code and message say why and what to do.
 */
export async function openEmbeddedServer(options: { dataDir: string; log: Log }): Promise<EmbeddedServer> {
  try {
    return await openLocked(options.dataDir, options.log)
  } catch (error) {
    throw explainNoSpace(error, options.dataDir)
  }
}

async function openLocked(givenDir: string, log: Log): Promise<EmbeddedServer> {
  const dataDir = await openDataDirectory(givenDir)
  const cluster = await locateCluster(dataDir)
  const lock = await acquireInstanceLock(dataDir)
  try {
    const server = await startInside(dataDir, cluster, log)
    let closing: Promise<void> | undefined
    const close = async (): Promise<void> => {
      await server.close()
      await lock.release()
    }
    return { target: server.target, close: () => (closing ??= close()) }
  } catch (error) {
    await lock.release()
    throw error
  }
}

function explainNoSpace(error: unknown, dataDir: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error
  return new EmbeddedServerError(
    'no_space',
    `No space left on the disk of ${dataDir}. Nothing is lost; free some and start again`,
    { cause: error },
  )
}

async function startInside(dataDir: string, cluster: Cluster, log: Log): Promise<EmbeddedServer> {
  const { user } = cluster
  const copyDirIsShared = user !== undefined
  const copyDir = copyDirIsShared ? copyDirOfRoot : join(dataDir, 'binaries')
  const binaries = await findBinaries({ user, copyDir, copyDirIsShared, log })
  await makeCluster(cluster, binaries, log)
  if (!cluster.reachable) {
    log.info(
      { dataDir: cluster.dir, runAs: user?.name },
      'the user PostgreSQL runs as cannot walk to the data directory; it gets it as an open handle',
    )
  }
  await stopOrphan(cluster.dir, log)
  await writeSettings(cluster)
  const socket = await openSocketDirectory(cluster)
  try {
    const start = (signal: AbortSignal): Promise<Postmaster> =>
      startPostmaster({ binaries, cluster, socketDir: socket.dir, signal, log })
    const supervised = await supervise((signal) => startPatiently(start, signal), log)
    const close = async (): Promise<void> => {
      await supervised.close()
      await socket.remove()
    }
    try {
      await makeDatabase(socket.dir)
    } catch (error) {
      await close()
      throw error
    }
    log.info({ dataDir: cluster.dir, postgres: binaries.version, runAs: user?.name }, 'PostgreSQL is running')
    return { target: { connection: embeddedConnection(socket.dir), embedded: true }, close }
  } catch (error) {
    await socket.remove()
    throw error
  }
}

async function startPatiently(
  start: (signal: AbortSignal) => Promise<Postmaster>,
  signal: AbortSignal,
): Promise<Postmaster> {
  const giveUpAt = performance.now() + oldBackendsLeaveMs
  for (;;) {
    try {
      return await start(signal)
    } catch (error) {
      const held =
        error instanceof EmbeddedServerError && error.message.includes('pre-existing shared memory block')
      if (!held || signal.aborted || performance.now() > giveUpAt) throw error
      await pause(100, signal)
    }
  }
}

async function writeSettings({ dir, user }: Cluster): Promise<void> {
  const { bavail, bsize } = await statfs(dir)
  const machine = {
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
    cpus: availableParallelism(),
    freeDiskBytes: bavail * bsize,
  }
  const file = join(dir, 'holdfast.conf')
  await writeFile(file, formatSettings(embeddedSettings(machine)))
  if (user !== undefined) await chown(file, user.uid, user.gid)
}

async function makeDatabase(socketDir: string): Promise<void> {
  const client = new pg.Client(embeddedConnection(socketDir, 'postgres'))
  client.on('error', () => undefined) // the query that was on it rejects
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [embeddedRole])
    if (rowCount === 0) await client.query(`create database ${embeddedRole}`)
  } finally {
    await client.end()
  }
}
