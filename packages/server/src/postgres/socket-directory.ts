// Where the embedded server's unix socket lies. Nothing listens on TCP: who may connect is who may open this directory.
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canReach, type Cluster } from './cluster.ts'
import { socketPort } from './postmaster.ts'

export interface SocketDirectory {
  readonly dir: string
  /** Whether it is PGDATA itself. */
  readonly insideCluster: boolean
  remove(): Promise<void>
}

/** The kernel's room for a socket's path, without the final zero: 107 bytes on Linux, 103 on macOS. */
const longestPathBytes = process.platform === 'linux' ? 107 : 103

/**
 * PGDATA itself, which only its user can enter. Where its path is too long for a socket, or its file system has no sockets
 * (some network and container mounts), a new directory of the same user in the system's temporary folder.
 */
export async function openSocketDirectory(cluster: Cluster): Promise<SocketDirectory> {
  const fits = Buffer.byteLength(join(cluster.dir, `.s.PGSQL.${socketPort}`)) <= longestPathBytes
  if (fits && (await canBind(join(cluster.dir, '.s.PGSQL.try')))) {
    return { dir: cluster.dir, insideCluster: true, remove: () => Promise.resolve() }
  }
  const temporary = (await canReach(cluster.user, join(tmpdir(), 'x'))) ? tmpdir() : '/tmp'
  const dir = await mkdtemp(join(temporary, 'holdfast-'))
  if (cluster.user !== undefined) await chown(dir, cluster.user.uid, cluster.user.gid)
  return { dir, insideCluster: false, remove: () => rm(dir, { recursive: true, force: true }) }
}

async function canBind(path: string): Promise<boolean> {
  await rm(path, { force: true }) // of a process killed while it tried
  const probe = createServer()
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(path, () => probe.close(() => resolve(true))) // closing removes the file
  })
}
