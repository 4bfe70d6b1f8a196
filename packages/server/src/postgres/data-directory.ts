// The data directory of an embedded server: where its parts lie, and making the database in it on the first start.
//
//   <dataDir>/postgres      PGDATA; settings of your own go to the end of its postgresql.conf
//   <dataDir>/lock          held while a Holdfast runs here (instance-lock.ts)
//   <dataDir>/binaries      a copy of PostgreSQL's programs, only where they cannot be used as installed
import { appendFile, chmod, chown, lstat, mkdir, open, readFile } from 'node:fs/promises'
import { realpath, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Log } from '../log.ts'
import { canReach, refuseUnreachable, type Cluster } from './cluster.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import { initCluster } from './init-cluster.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { findServerUser, findUserById } from './system-user.ts'

/** What initdb writes (40 MB), the first write-ahead log, and room to breathe. */
const firstStartBytes = 256 * 1024 * 1024

/** Makes `dataDir` if it is missing and returns its real path. */
export async function openDataDirectory(dataDir: string): Promise<string> {
  const dir = resolve(dataDir)
  try {
    await mkdir(dirname(dir), { recursive: true })
    await makeIfMissing(dir)
  } catch (error) {
    throw new EmbeddedServerError('data_not_ours', `Cannot make ${dir}: ${(error as Error).message}`, {
      cause: error,
    })
  }
  return await realpath(dir)
}

/** Where PGDATA is and whose it is. Throws when it belongs to a user we cannot act as. */
export async function locateCluster(dataDir: string): Promise<Cluster> {
  const dir = join(dataDir, 'postgres')
  const found = await statIfThere(dir)
  const isRoot = process.getuid?.() === 0
  if (found !== undefined && found.uid !== process.getuid?.() && !isRoot) {
    throw new EmbeddedServerError(
      'data_not_ours',
      `${dir} belongs to ${findUserById(found.uid, found.gid).name}: start Holdfast as that user or as root, ` +
        'or choose another HOLDFAST_DATA_DIR',
    )
  }
  // Root acts as whoever the data belongs to, so that the same data can be opened by that user again.
  const user =
    isRoot && found !== undefined && found.uid !== 0 ? findUserById(found.uid, found.gid) : findServerUser()
  if (user !== undefined) await letPass(dataDir)
  const cluster = { dir, user, reachable: await canReach(user, dir) }
  refuseUnreachable(cluster)
  return cluster
}

/**
 * Makes the database on the first start, and refuses one that these binaries cannot open. Killed half-way it leaves
 * nothing that a later start would take for a database.
 */
export async function makeCluster(cluster: Cluster, binaries: PostgresBinaries, log: Log): Promise<void> {
  if ((await statIfThere(cluster.dir)) !== undefined) {
    await refuseOtherVersion(cluster, binaries)
    return
  }
  const parent = dirname(cluster.dir)
  const { bavail, bsize } = await statfs(parent)
  if (bavail * bsize < firstStartBytes) {
    throw new EmbeddedServerError(
      'no_space',
      `${parent} has ${Math.floor((bavail * bsize) / 2 ** 20)} MiB free; a new database needs ${firstStartBytes / 2 ** 20} MiB`,
    )
  }
  log.info(
    { dataDir: cluster.dir, postgres: binaries.version, runAs: cluster.user?.name },
    'first start: creating the database, which takes about a second',
  )
  const unfinished = { ...cluster, dir: `${cluster.dir}.unfinished` }
  await rm(unfinished.dir, { recursive: true, force: true })
  await mkdir(unfinished.dir, { mode: 0o700 })
  if (cluster.user !== undefined) await chown(unfinished.dir, cluster.user.uid, cluster.user.gid)
  await initCluster(binaries, unfinished, { durable: true })
  await appendFile(
    join(unfinished.dir, 'postgresql.conf'),
    '\n# holdfast.conf follows the machine and is written anew at every start. Settings of your own go below this line.\n' +
      "include = 'holdfast.conf'\n",
  )
  await rename(unfinished.dir, cluster.dir)
  await syncDirectory(parent)
}

async function refuseOtherVersion(cluster: Cluster, binaries: PostgresBinaries): Promise<void> {
  const text = await readFile(join(cluster.dir, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    throw new EmbeddedServerError(
      'data_not_ours',
      `${cluster.dir} is not a PostgreSQL data directory. Choose another HOLDFAST_DATA_DIR, or move it away`,
      { cause: error },
    )
  })
  const made = Number(text.trim())
  if (made === binaries.major) return
  throw new EmbeddedServerError(
    'data_of_another_version',
    `${cluster.dir} was made by PostgreSQL ${made}, and this Holdfast brings ${binaries.major}. Start the Holdfast that ` +
      'made it, or choose another HOLDFAST_DATA_DIR to begin anew',
  )
}

/** Lets others walk through our own data directory, whose parts have their own locks. Folders above it are not ours. */
async function letPass(dataDir: string): Promise<void> {
  const { mode, uid } = await stat(dataDir)
  if (uid === 0 && (mode & 0o011) !== 0o011) await chmod(dataDir, (mode & 0o777) | 0o011)
}

async function makeIfMissing(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function statIfThere(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return await stat(path) // a link to nowhere is an error, and not a place for a new database
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
